package dev.ooh.integration.barrier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Write barriers on a class path: {@link AgentMain} in a JVM of its own. */
@Timeout(300)
class AgentTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void writeFile() throws IOException {
    file = Files.writeString(folder.resolve("file"), "contents");
  }

  @Test
  void theStoresOfChosenClassesAreSeen() throws Exception {
    assertThat(program("=dev.ooh.integration.barrier.*"))
        .satisfiesExactly(
            first -> assertThat(first).startsWith("16 pages"),
            stored -> assertThat(stored).isEqualTo("1 pages: 3[]"),
            read -> assertThat(read).isEqualTo("1 pages: 5[]"));
  }

  @Test
  void withoutChosenClassesEverythingIsReportedAndTheRemedyIsSaid() throws Exception {
    assertThat(program(""))
        .hasSize(3)
        .allMatch(line -> line.startsWith("16 pages"))
        .last()
        .asString()
        .contains("adopted segment", "-javaagent:write-barrier.jar=");
  }

  @Test
  void withoutTheAgentTheTechniqueIsRefused() throws Exception {
    assertThat(program(null))
        .singleElement()
        .asString()
        .startsWith("refused: write-barrier")
        .contains("-javaagent:write-barrier.jar");
  }

  /** Runs the program with the agent and {@code names}; without it when that is null. */
  private List<String> program(String names) throws Exception {
    Path bundles = Path.of(System.getProperty("ooh.home"), "bundles").normalize();
    List<Path> jars;
    try (Stream<Path> files = Files.walk(bundles)) {
      jars = files.filter(path -> path.toString().endsWith(".jar")).toList();
    }
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("--enable-native-access=ALL-UNNAMED");
    if (names != null) {
      Path agent =
          jars.stream()
              .filter(path -> path.getFileName().toString().startsWith("write-barrier"))
              .findFirst()
              .orElseThrow();
      line.add("-javaagent:" + agent + names);
    }
    String classes =
        Path.of(AgentMain.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
    line.addAll(
        List.of(
            "-cp",
            classes
                + File.pathSeparator
                + jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
            AgentMain.class.getName(),
            file.toString()));
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(line)
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(process.waitFor(250, TimeUnit.SECONDS)).as("it ends").isTrue();
      return Files.readAllLines(out, StandardCharsets.UTF_8);
    } finally {
      process.destroyForcibly();
    }
  }
}
