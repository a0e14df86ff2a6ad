package dev.ooh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
  @TempDir private Path home;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void layTheBundleFolder() throws IOException {
    TestBundle.named("test.commands")
        .activator(TestCommands.class)
        .writeTo(home.resolve("bundles/1/commands.jar"));
  }

  @Test
  void exitsWithTheCommandsStatus() {
    assertThat(run("status", "0")).isEqualTo(0);
    assertThat(run("status", "7")).isEqualTo(7);
    assertThat(lines(err)).isEmpty();
  }

  @Test
  void anExceptionIsOneLineAndStatusOne() {
    assertThat(run("throw")).isEqualTo(1);
    assertThat(lines(err)).containsExactly("ooh: thrown on purpose");
  }

  @Test
  void anErrorIsOneLineThatNamesItsKind() {
    assertThat(run("error")).isEqualTo(1);
    assertThat(lines(err)).containsExactly("ooh: NoClassDefFoundError: gone/Missing");
  }

  @Test
  void theStackTraceComesOnlyWhenVerbose() {
    assertThat(run("throw", "--verbose")).isEqualTo(1);
    assertThat(lines(err)).anyMatch(line -> line.startsWith("\tat "));
  }

  @Test
  void anUnknownCommandIsOneLineThatNamesThoseThereAre() {
    assertThat(run("statsu")).isEqualTo(2);
    assertThat(lines(err))
        .containsExactly(
            "ooh: unknown command 'statsu', wanted one of echo, error, format, status,"
                + " temporary, throw");
  }

  @Test
  void helpListsTheCommandsWithTheirSummaries() {
    assertThat(run("--help")).isEqualTo(0);
    assertThat(lines(out)).anyMatch(line -> line.matches("\\s+status\\s+what status does"));
    assertThat(lines(out)).anyMatch(line -> line.matches("\\s+--with X\\s+what --with does"));
    assertThat(lines(err)).isEmpty();
  }

  @Test
  void noCommandIsWrongUsage() {
    assertThat(run()).isEqualTo(2);
    assertThat(lines(err)).anyMatch(line -> line.contains("what status does"));
  }

  @Test
  void handsTheCommandItsArgumentsWithoutTheLaunchersOwn() {
    assertThat(run("--plugins", "nowhere", "echo", "a", "--with=x", "--b", "c")).isEqualTo(0);
    assertThat(System.getProperty("launcher.test.echo")).isEqualTo("a --b c");
    assertThat(System.getProperty("launcher.test.option")).isEqualTo("closed x");
  }

  @Test
  void leavesWhatFollowsTwoDashesAlone() {
    assertThat(run("echo", "--", "--plugins", "--verbose")).isEqualTo(0);
    assertThat(System.getProperty("launcher.test.echo")).isEqualTo("-- --plugins --verbose");
  }

  @Test
  void aWrongValueOfAnOptionIsWrongUsage() {
    assertThat(run("status", "0", "--with", "bad")).isEqualTo(2);
    assertThat(lines(err)).containsExactly("ooh: --with is 'bad': wanted a good one");
  }

  @Test
  void aFileForThePluginsFolderIsWrongUsage() {
    Path jar = home.resolve("bundles/1/commands.jar");
    assertThat(run("status", "0", "--plugins", jar.toString())).isEqualTo(2);
    assertThat(lines(err))
        .containsExactly("ooh: --plugins is " + jar + ", a file; wanted a folder of bundles");
  }

  @Test
  void anOptionWithoutItsValueIsWrongUsage() {
    assertThat(run("status", "0", "--with")).isEqualTo(2);
    assertThat(run("status", "0", "--plugins")).isEqualTo(2);
    assertThat(lines(err))
        .containsExactly(
            "ooh: --with has no value, wanted one after it",
            "ooh: --plugins has no value, wanted one after it");
  }

  @Test
  void aBundleThatCantStartIsOneLineAndTheOthersRun() throws IOException {
    TestBundle.named("test.needy")
        .header("Import-Package", "no.such.thing")
        .writeTo(home.resolve("bundles/2/needy.jar"));
    assertThat(run("status", "0")).isEqualTo(0);
    assertThat(lines(err))
        .containsExactly(
            "ooh: bundle test.needy: needs the package no.such.thing, which no bundle here offers"
                + " as wanted");
  }

  @Test
  void whatIsToldLateIsToldBeforeTheCommandRuns() throws IOException {
    System.clearProperty(LateEvents.COMMAND_RAN);
    System.clearProperty(LateEvents.TOLD);
    TestBundle.named("test.late")
        .activator(LateEvents.class)
        .writeTo(home.resolve("bundles/1/late.jar"));
    TestBundle.named("test.needy")
        .header("Import-Package", "no.such.thing")
        .writeTo(home.resolve("bundles/2/needy.jar"));
    assertThat(run("status", "0")).isEqualTo(0);
    assertThat(System.getProperty(LateEvents.TOLD)).isEqualTo("before");
    assertThat(lines(err)).singleElement().asString().startsWith("ooh: bundle test.needy: ");
  }

  @Test
  void aMissingBundleFolderIsOneLine() {
    Path nowhere = home.resolve("nowhere");
    int status = new Launcher(nowhere, print(out), print(err)).run(List.of("status", "0"));
    assertThat(status).isEqualTo(1);
    assertThat(lines(err)).singleElement().asString().contains(nowhere.toString());
  }

  /** In a temporary folder of its own, for others make theirs in the common one. */
  @Test
  void leavesNoStorageBehind() throws IOException {
    Path temporary = Files.createDirectory(home.resolve("temporary"));
    String common = System.setProperty("java.io.tmpdir", temporary.toString());
    try {
      assertThat(run("temporary")).isZero();
      assertThat(System.getProperty("launcher.test.temporary")).startsWith("ooh-bundles-");
    } finally {
      System.setProperty("java.io.tmpdir", common);
    }
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void outputThatCantBeWrittenIsOneLineAndStatusOne() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    int status = new Launcher(home, new PrintStream(full), print(err)).run(List.of("--help"));
    assertThat(status).isEqualTo(1);
    assertThat(lines(err)).singleElement().asString().contains("output could not be written");
  }

  @Test
  void saysItsVersion() throws IOException {
    TestBundle.named("dev.ooh.some")
        .header("Bundle-Version", "1.2.3")
        .writeTo(home.resolve("bundles/1/some.jar"));
    assertThat(run("--version")).isZero();
    assertThat(lines(out)).singleElement().asString().startsWith("ooh 1.2.3 (Java ");
  }

  /** In a process of its own, as the locale is the whole JVM's. */
  @Test
  void digitsAreThoseOfEveryProgramWhateverTheLanguage() throws Exception {
    Path said = home.resolve("said");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow", // as the script does
                "-Duser.language=fa",
                "-Duser.country=IR",
                "-Dooh.home=" + home,
                "-cp",
                System.getProperty("java.class.path"),
                "dev.ooh.launcher.Launcher",
                "format")
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    int status = process.waitFor();
    assertThat(said).hasContent("7 of 8.5");
    assertThat(status).isZero();
  }

  private int run(String... line) {
    return new Launcher(home, print(out), print(err)).run(List.of(line));
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static List<String> lines(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
