package dev.ooh.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code ooh} in a checkout of its own, with a JDK that says what it was given. */
class ScriptTest {
  private static final String JAVA =
      """
      #!/bin/sh
      echo "locale ${LC_ALL:-none}"
      echo "columns ${COLUMNS:-none}"
      echo "arguments $*"
      """;

  @TempDir private Path top;

  private record Result(int status, List<String> out, List<String> err) {}

  @BeforeEach
  void layOut() throws IOException {
    Files.copy(Path.of("../../ooh"), top.resolve("ooh"));
    Files.writeString(top.resolve("pom.xml"), "");
    for (String folder :
        List.of("framework", "plugins", "some-plugin", "workloads", "gc-demo", "criu-demo")) {
      Files.createDirectories(top.resolve(folder));
    }
    Path bin = Files.createDirectories(top.resolve("jdk/bin"));
    Files.writeString(top.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
    for (String program : List.of("java", "javac")) {
      Path file = Files.writeString(bin.resolve(program), JAVA);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private void built() throws IOException {
    Path target = Files.createDirectories(top.resolve("framework/assembly/target"));
    Files.createDirectories(target.resolve("ooh/bundles"));
    Files.createDirectories(target.resolve("ooh/lib"));
    Path stamp = Files.writeString(target.resolve("ooh.stamp"), "");
    Files.setLastModifiedTime(stamp, FileTime.from(Instant.now().plusSeconds(3600)));
  }

  private Result run(Map<String, String> environment) throws IOException, InterruptedException {
    return run(environment, "demo");
  }

  private Result run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("bash", top.resolve("ooh").toString());
    builder.command().addAll(List.of(arguments));
    builder.environment().keySet().removeAll(List.of("LC_ALL", "LC_CTYPE", "LANG", "COLUMNS"));
    builder.environment().put("JAVA_HOME", top.resolve("jdk").toString());
    builder.environment().putAll(environment);
    Path out = top.resolve("out");
    Path err = top.resolve("err");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    int status = process.waitFor();
    return new Result(status, Files.readAllLines(out), Files.readAllLines(err));
  }

  @Test
  void givesJavaALocaleWhereNoneOrPosixIsSet() throws Exception {
    built();
    assertThat(run(Map.of()).out()).contains("locale C.UTF-8");
    assertThat(run(Map.of("LANG", "C")).out()).contains("locale C.UTF-8");
    assertThat(run(Map.of("LC_ALL", "POSIX", "LANG", "de_DE.UTF-8")).out())
        .contains("locale C.UTF-8");
  }

  @Test
  void leavesALocaleThatIsSetAlone() throws Exception {
    built();
    assertThat(run(Map.of("LANG", "de_DE.UTF-8")).out()).contains("locale none");
  }

  @Test
  void setsNoWidthWhereTheOutputIsNoTerminal() throws Exception {
    built();
    assertThat(run(Map.of("COLUMNS", "60")).out()).contains("columns none");
  }

  /** What it measures must run as fast as it does elsewhere. */
  @Test
  void onlyWhatMeasuresNothingRunsWithoutTheSecondCompiler() throws Exception {
    built();
    String first = "-XX:TieredStopAtLevel=1 -Xmx1g -cp";
    Map<String, String> options = Map.of("OOH_JAVA_OPTS", "-Xmx1g");
    assertThat(run(options, "demo", "--quick").out()).anyMatch(line -> line.contains(first));
    assertThat(run(options).out()).anyMatch(line -> line.contains(first));
    assertThat(run(options, "--version").out()).anyMatch(line -> line.contains(first));
    for (String[] measuring :
        new String[][] {{"micro"}, {"--verbose", "gc"}, {"--plugins", "D", "evaluate"}}) {
      assertThat(run(options, measuring).out())
          .anyMatch(line -> line.contains("-XX:+UseSerialGC -Xmx1g -cp"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bundles", "lib"})
  void aBundleFolderThatIsMissingIsBuilt(String missing) throws Exception {
    built();
    Files.delete(top.resolve("framework/assembly/target/ooh").resolve(missing));
    Path maven = Files.writeString(top.resolve("mvnw"), "#!/bin/sh\necho built >>built\n");
    Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(run(Map.of()).status()).isZero();
    assertThat(top.resolve("built")).hasContent("built");
  }

  @Test
  void aCheckoutThatCantBeWrittenIsOneLineAndStatusOne() throws Exception {
    Files.writeString(top.resolve("framework/assembly"), "no folder can be made here");
    Result result = run(Map.of());
    assertThat(result.status()).isEqualTo(1);
    assertThat(result.err())
        .singleElement()
        .asString()
        .startsWith("ooh: " + top.resolve("framework/assembly/target") + " can't be written");
  }
}
