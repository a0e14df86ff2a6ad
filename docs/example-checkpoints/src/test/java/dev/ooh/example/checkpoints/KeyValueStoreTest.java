package dev.ooh.example.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyValueStoreTest {
  @TempDir private Path folder;

  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            KeyValueStore.class.getName(),
            folder.resolve("state").toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  @Test
  void isKilledAndComesBack() throws Exception {
    for (int life = 0; life < 3; life++) {
      Process process = start();
      try (BufferedWriter in = process.outputWriter();
          BufferedReader out = process.inputReader()) {
        if (life > 0) {
          in.write("get key%d%n".formatted(life - 1));
        }
        in.write("put key%d value of life %d%nget key%d%n".formatted(life, life, life));
        in.flush();
        if (life > 0) {
          assertThat(next(out)).isEqualTo("value of life " + (life - 1));
        }
        assertThat(next(out)).isEqualTo("value of life " + life);
        String line = out.readLine();
        while (!line.startsWith("saved")) {
          line = out.readLine();
        }
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  /** An answer, not what is said between answers. A put may be saved before its answer is out. */
  private static String next(BufferedReader out) throws IOException {
    String line = out.readLine();
    while (line.startsWith("saved")) {
      line = out.readLine();
    }
    return line;
  }

  @Test
  void theReadmesProgramCountsItsLives() throws Exception {
    String readme = Files.readString(Path.of("../../README.md"));
    String source =
        Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
            .matcher(readme)
            .results()
            .map(match -> match.group(1))
            .filter(block -> block.contains("Checkpoints.open"))
            .findFirst()
            .orElseThrow();
    Matcher name = Pattern.compile("class (\\w+) \\{").matcher(source);
    assertThat(name.find()).isTrue();
    Path file = Files.writeString(folder.resolve(name.group(1) + ".java"), source);
    String classPath = Files.readString(Path.of("target/runtime.classpath")).strip();
    Path java = Path.of(System.getProperty("java.home"), "bin");
    run(java.resolve("javac"), "-Werror", "-cp", classPath, "-d", ".", file.toString());
    for (int life = 1; life <= 3; life++) {
      assertThat(
              run(
                  java.resolve("java"),
                  "-XX:TieredStopAtLevel=1",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  classPath + ":.",
                  name.group(1)))
          .isEqualTo("started %d times%n".formatted(life));
    }
  }

  private String run(Path program, String... arguments) throws Exception {
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(
                Stream.concat(Stream.of(program.toString()), Stream.of(arguments)).toList())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(out)).isZero();
    return Files.readString(out);
  }
}
