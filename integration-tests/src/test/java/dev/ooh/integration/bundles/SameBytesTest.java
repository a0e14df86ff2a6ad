package dev.ooh.integration.bundles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same sources make the same jars, byte for byte, in whichever folder and on whichever Java
 * Maven runs; a toolchain compiles.
 */
@Tag("soak")
class SameBytesTest {
  private static final Path TOP = Path.of(System.getProperty("ooh.top")).normalize();
  private static final Path THIS_JAVA = Path.of(System.getProperty("java.home"));
  private static final int OLDEST_OF_MAVENS = 17;
  private static final Pattern FEATURE = Pattern.compile("JAVA_VERSION=\"(\\d+)");

  /** Where Javas are installed, as far as {@code ooh} looks. */
  private static final Path INSTALLED = Path.of("/usr/lib/jvm");

  @TempDir private Path folder;

  @Test
  void onAnOlderJavaToo() throws Exception {
    Optional<Path> older = older();
    assumeTrue(older.isPresent(), "no Java from 17 to 24 in " + INSTALLED);
    Path one = build("one", THIS_JAVA);
    Path other = build("other", older.get());
    List<String> jars = jars(one);
    assertThat(jars).hasSizeGreaterThan(5);
    assertThat(jars(other)).isEqualTo(jars);
    for (String jar : jars) {
      assertThat(Files.mismatch(one.resolve(jar), other.resolve(jar))).as(jar).isEqualTo(-1);
    }
  }

  private static Optional<Path> older() throws IOException {
    try (Stream<Path> homes = Files.list(INSTALLED)) {
      return homes
          .filter(home -> Files.exists(home.resolve("bin/javac")))
          .filter(home -> feature(home) >= OLDEST_OF_MAVENS && feature(home) < feature(THIS_JAVA))
          .min(Comparator.naturalOrder());
    }
  }

  private static int feature(Path home) {
    try {
      Matcher version = FEATURE.matcher(Files.readString(home.resolve("release")));
      return version.find() ? Integer.parseInt(version.group(1)) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /** Builds a copy of what is under version control, without tests. */
  private Path build(String name, Path java) throws Exception {
    Path copy = Files.createDirectory(folder.resolve(name));
    run(
        java,
        "bash",
        "-c",
        "cd \"$1\" && git ls-files -z --cached --others --exclude-standard"
            + " | xargs -0 cp --parents -P -t \"$2\"",
        "copy",
        TOP.toString(),
        copy.toString());
    run(
        java,
        copy.resolve("mvnw").toString(),
        "-B",
        "-o",
        "-q",
        "-f",
        copy.resolve("pom.xml").toString(),
        "-Dquick",
        "-Dmaven.test.skip=true",
        "-pl",
        "framework/library,framework/launcher",
        "-am",
        "package");
    return copy;
  }

  private void run(Path java, String... command) throws Exception {
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("JAVA_HOME", java.toString());
    int status = builder.start().waitFor();
    assertThat(status).as(Files.readString(output, StandardCharsets.UTF_8)).isZero();
  }

  private static List<String> jars(Path top) throws IOException {
    try (Stream<Path> files = Files.walk(top)) {
      return files
          .filter(file -> file.toString().endsWith(".jar"))
          .map(file -> top.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
