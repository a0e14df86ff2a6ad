package dev.ooh.integration.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.integration.bundles.ProbeBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A user copies a technique into the plugins folder of a running shell, and takes it out again. */
class PluginsInShellTest {
  private static final String PROBE = "dev.ooh.integration.probe.technique";
  private static final String LIST = "tracking:list";
  private static final Predicate<String> LISTED = line -> line.contains("probe-technique");

  @TempDir private Path folder;

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void aTechniqueComesIsUsedAndGoes() throws Exception {
    OohProcess ooh = new OohProcess(folder);
    Path plugins = Files.createDirectory(folder.resolve("plugins"));
    Path jar = plugins.resolve("probe.jar");
    byte[] whole =
        ProbeBundle.of(PROBE, Map.of("Bundle-Activator", PROBE + ".ProbeTechnique")).toBytes();
    try (ShellConversation shell =
        new ShellConversation(ooh.converse("shell", "--plugins", plugins.toString()))) {
      assertThat(shell.say(LIST)).noneMatch(LISTED);

      Files.write(jar, Arrays.copyOf(whole, whole.length / 2));
      // Young for as long as the shell takes to look at it.
      Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plus(Duration.ofHours(1))));
      assertThat(shell.say(LIST)).noneMatch(LISTED);
      Files.write(jar, whole);
      until(shell, lines -> lines.stream().anyMatch(LISTED));
      assertThat(shell.say("tracking:use probe-technique")).anyMatch(LISTED);

      Files.delete(jar);
      until(shell, lines -> lines.stream().noneMatch(LISTED));
      assertThat(String.join("\n", shell.say("tracking:stats"))).contains(" 0 lost");
      assertThat(shell.exit()).isZero();
    }
    assertThat(ooh.lines("err")).isEmpty();
  }

  private static void until(ShellConversation shell, Predicate<List<String>> listed)
      throws IOException {
    while (!listed.test(shell.say(LIST))) {
      Thread.onSpinWait();
    }
  }
}
