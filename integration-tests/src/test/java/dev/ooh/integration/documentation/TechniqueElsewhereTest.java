package dev.ooh.integration.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A technique that lives outside this repository: a copy of {@code docs/example-technique} under
 * names of its own builds, passes the kit and is packed as a bundle, by the guide's command.
 */
@Tag("soak")
class TechniqueElsewhereTest {
  private static final Path TOP = Path.of(System.getProperty("ooh.top")).toAbsolutePath();

  /** What the guide's first command installs, by artifact and folder. */
  private static final Map<String, String> INSTALLED =
      Map.of(
          "ooh-parent", "",
          "tracking-api", "framework/tracking-api",
          "tracking-core", "framework/tracking-core",
          "conformance-kit", "framework/conformance-kit",
          "virtual-hardware", "plugins/substrates/virtual-hardware");

  private static final String VERSION = "0.1.0-SNAPSHOT";

  @TempDir Path folder;

  @Test
  void aCopyBuildsPassesTheKitAndIsPacked() throws Exception {
    Path technique = folder.resolve("my-technique");
    copy(TOP.resolve("docs/example-technique"), technique);
    rename(technique);
    install(folder.resolve("repository"));

    List<String> output = verify(technique);

    assertThat(String.join("\n", output)).contains("BUILD SUCCESS");
    assertThat(output)
        .filteredOn(line -> line.contains("Tests run:") && line.contains("FaultLogConformanceTest"))
        .singleElement()
        .asString()
        .contains("Failures: 0, Errors: 0")
        .doesNotContain("Tests run: 0");
    try (JarFile bundle =
        new JarFile(technique.resolve("target/my-technique-" + VERSION + ".jar").toFile())) {
      assertThat(bundle.getManifest().getMainAttributes().getValue("Bundle-SymbolicName"))
          .isEqualTo("org.example.my-technique");
      assertThat(bundle.getManifest().getMainAttributes().getValue("Provide-Capability"))
          .contains("dev.ooh.tracking.TrackingTechnique");
      assertThat(bundle.getEntry("META-INF/services/dev.ooh.tracking.TrackingTechnique"))
          .isNotNull();
    }
  }

  /** What the guide says to rename. */
  private static void rename(Path technique) throws IOException {
    Path pom = technique.resolve("pom.xml");
    Files.writeString(
        pom,
        Files.readString(pom)
            .replaceFirst("<groupId>dev.ooh</groupId>", "<groupId>org.example</groupId>")
            .replaceFirst(
                "<artifactId>example-technique</artifactId>",
                "<artifactId>my-technique</artifactId>"));
    Files.writeString(
        technique.resolve("bnd.bnd"), "Bundle-SymbolicName: org.example.my-technique\n");
  }

  /** Leaves what was built here behind. */
  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file :
          (Iterable<Path>) files.filter(it -> !it.startsWith(from.resolve("target")))::iterator) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /** As {@code mvn install} would, with the jars that this build has packed. */
  private static void install(Path repository) throws IOException {
    for (Map.Entry<String, String> each : INSTALLED.entrySet()) {
      String name = each.getKey() + "-" + VERSION;
      Path source = TOP.resolve(each.getValue());
      Path target =
          Files.createDirectories(
              repository.resolve("dev/ooh").resolve(each.getKey()).resolve(VERSION));
      Files.copy(source.resolve("pom.xml"), target.resolve(name + ".pom"));
      Path jar = source.resolve("target").resolve(name + ".jar");
      if (!each.getValue().isEmpty()) {
        Files.copy(jar, target.resolve(name + ".jar"));
      }
    }
  }

  /** Everything else comes from the repository that this build uses. */
  private List<String> verify(Path technique) throws Exception {
    String home = System.getProperty("user.home");
    List<String> line = new ArrayList<>();
    line.add(TOP.resolve("mvnw").toString());
    line.add("-o");
    line.add("-B");
    line.add("-f");
    line.add(technique.resolve("pom.xml").toString());
    line.add("-Dmaven.repo.local=" + folder.resolve("repository"));
    line.add("-Dmaven.repo.local.tail=" + home + "/.m2/repository");
    line.add("verify");
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(technique.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -Duser.home=" + home);
    int status = builder.start().waitFor();
    List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
    assertThat(status).as(String.join("\n", lines)).isZero();
    return lines;
  }
}
