package dev.ooh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

class PluginFolderTest {
  /** However long the test takes. */
  private static final Duration STILL_COPIED = Duration.ofHours(1);

  @TempDir private Path home;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path folder;
  private RunningFramework framework;
  private PluginFolder plugins;

  @BeforeEach
  void start() throws Exception {
    TestBundle.named("test.base").writeTo(home.resolve("bundles/1/base.jar"));
    PrintStream print = new PrintStream(err, true, StandardCharsets.UTF_8);
    Console console = new Console(print, print, false);
    framework = RunningFramework.start(home.resolve("bundles"), home.resolve("storage"), console);
    folder = home.resolve("plugins");
    plugins = new PluginFolder(folder, framework.context(), console);
  }

  @AfterEach
  void stop() throws Exception {
    plugins.close();
    framework.close();
  }

  @Test
  void theFolderNeedNotExist() {
    plugins.scan();
    assertThat(problems()).isEmpty();
  }

  @Test
  void aJarComesAndGoes() throws IOException {
    Path jar = TestBundle.named("test.plugin").writeTo(folder.resolve("a.jar"));
    plugins.scan();
    assertThat(stateOf("test.plugin")).isEqualTo(Bundle.ACTIVE);
    Files.delete(jar);
    plugins.scan();
    assertThat(stateOf("test.plugin")).isZero();
    assertThat(problems()).isEmpty();
  }

  @Test
  void aChangedJarIsUpdated() throws IOException {
    Path jar = folder.resolve("a.jar");
    TestBundle.named("test.plugin").header("Bundle-Version", "1.0.0").writeTo(jar);
    plugins.scan();
    TestBundle.named("test.plugin").header("Bundle-Version", "2.0.0").writeTo(jar);
    touch(jar, Duration.ofSeconds(10));
    plugins.scan();
    assertThat(bundle("test.plugin").getVersion()).hasToString("2.0.0");
    assertThat(problems()).isEmpty();
  }

  @Test
  void aHalfCopiedJarWaits() throws IOException {
    byte[] whole = TestBundle.named("test.plugin").toBytes();
    Files.createDirectories(folder);
    Path jar = folder.resolve("a.jar");
    Files.write(jar, Arrays.copyOf(whole, whole.length / 2));
    touch(jar, STILL_COPIED);
    plugins.scan();
    plugins.scan();
    assertThat(problems()).isEmpty();
    Files.write(jar, whole);
    plugins.scan();
    assertThat(stateOf("test.plugin")).isEqualTo(Bundle.ACTIVE);
    assertThat(problems()).isEmpty();
  }

  @Test
  void aJarThatNeverBecomesWholeIsNamedOnce() throws IOException {
    Files.createDirectories(folder);
    Path jar = Files.writeString(folder.resolve("a.jar"), "no jar at all");
    touch(jar, Duration.ofMinutes(-1));
    plugins.scan();
    plugins.scan();
    assertThat(problems())
        .containsExactly("ooh: " + jar + " is not a bundle: it can't be read as a jar");
  }

  @Test
  void aJarStillWaitingAtTheEndIsNamed() throws IOException {
    Files.createDirectories(folder);
    Path jar = Files.writeString(folder.resolve("a.jar"), "half");
    touch(jar, STILL_COPIED);
    plugins.scan();
    plugins.close();
    assertThat(problems()).singleElement().asString().contains(jar.toString(), "left out");
  }

  @Test
  void aJarThatIsNoBundleIsNamedOnceAndTheOthersWork() throws IOException {
    Path plain = TestBundle.plainJar().writeTo(folder.resolve("a.jar"));
    TestBundle.named("test.plugin").writeTo(folder.resolve("b.jar"));
    plugins.scan();
    plugins.scan();
    assertThat(problems())
        .containsExactly(
            "ooh: " + plain + " is not a bundle: its manifest has no Bundle-SymbolicName");
    assertThat(stateOf("test.plugin")).isEqualTo(Bundle.ACTIVE);
  }

  @Test
  void aBundleThatNeedsAnotherStartsWhenThatOneComes() throws IOException {
    TestBundle.named("test.needs")
        .header("Import-Package", "test.offered")
        .writeTo(folder.resolve("a.jar"));
    plugins.scan();
    assertThat(problems()).singleElement().asString().contains("needs the package test.offered");
    TestBundle.named("test.offers")
        .header("Export-Package", "test.offered")
        .writeTo(folder.resolve("b.jar"));
    plugins.scan();
    assertThat(stateOf("test.needs")).isEqualTo(Bundle.ACTIVE);
    assertThat(problems()).hasSize(1);
  }

  /** Of a file system that is closed: root may read every folder of one that is open. */
  @Test
  void aFolderThatCantBeReadIsNamedOnce() throws Exception {
    Path archive = TestBundle.plainJar().writeTo(home.resolve("archive.jar"));
    Path closed;
    try (FileSystem files = FileSystems.newFileSystem(archive)) {
      closed = files.getPath("/plugins");
    }
    PrintStream print = new PrintStream(err, true, StandardCharsets.UTF_8);
    try (PluginFolder unread =
        new PluginFolder(closed, framework.context(), new Console(print, print, false))) {
      unread.scan();
      unread.scan();
    }
    assertThat(problems()).singleElement().asString().startsWith("ooh: plugins folder /plugins: ");
  }

  private static void touch(Path file, Duration fromNow) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plus(fromNow)));
  }

  private Bundle bundle(String symbolicName) {
    return Arrays.stream(framework.context().getBundles())
        .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
        .findFirst()
        .orElse(null);
  }

  private int stateOf(String symbolicName) {
    Bundle bundle = bundle(symbolicName);
    return bundle == null ? 0 : bundle.getState();
  }

  private List<String> problems() {
    return err.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
