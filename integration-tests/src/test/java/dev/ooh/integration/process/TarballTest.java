package dev.ooh.integration.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is packed runs where there is nothing to build it from. */
class TarballTest {
  private static final Path BUILT =
      Path.of(System.getProperty("ooh.home")).resolveSibling("ooh-0.1.0-SNAPSHOT-bin.tar.gz");

  @TempDir Path folder;

  @Test
  void runsAloneAndWritesNothingWhereItIs() throws Exception {
    // A quick build packs none.
    assumeTrue(Files.exists(BUILT), () -> BUILT + " is not there");
    assertThat(run("tar", "-xzf", BUILT.toString()).waitFor()).isZero();
    Path ooh = folder.resolve("ooh-0.1.0-SNAPSHOT");
    List<String> before = files(ooh);
    assertThat(before).contains("ooh", "LICENSE", "README.md");

    Process techniques = run(ooh.resolve("ooh").toString(), "techniques");

    String output = new String(techniques.getInputStream().readAllBytes());
    assertThat(techniques.waitFor()).as(output).isZero();
    assertThat(output).contains("epml", "spml", "procfs", "uffd").doesNotContain("building");
    assertThat(files(ooh)).isEqualTo(before);
  }

  private Process run(String... command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return builder.start();
  }

  private static List<String> files(Path top) throws IOException {
    try (Stream<Path> files = Files.walk(top)) {
      return files.map(file -> top.relativize(file).toString()).sorted().toList();
    }
  }
}
