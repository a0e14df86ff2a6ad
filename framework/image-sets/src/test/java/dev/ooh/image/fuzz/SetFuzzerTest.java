package dev.ooh.image.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.testing.jvm.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of any bytes: those kept in {@code fuzz-corpus}, and in soak those that Jazzer invents. */
class SetFuzzerTest {
  private static final Path CORPUS = Path.of("src/test/resources/fuzz-corpus");

  /** What ended otherwise stays there, to be tried again. */
  private static final Path FOUND = Path.of("target/jazzer").toAbsolutePath();

  @Test
  void whatWasWrittenIsTaken() throws Exception {
    for (byte[] seed : SetFuzzer.seeds()) {
      assertThat(SetFuzzer.takes(seed)).as(Arrays.toString(seed)).isTrue();
    }
  }

  /** Those that Jazzer found worth to be kept; how to add to them stands in docs/testing.md. */
  @Test
  void whatIsInTheCorpusIsTakenOrRefusedInOneLine() throws Exception {
    List<Path> kept = kept();
    assertThat(kept).isNotEmpty();
    for (Path file : kept) {
      boolean _ = SetFuzzer.takes(Files.readAllBytes(file));
    }
  }

  /** By the machine: each byte of each seed missing, and each but the first two another one. */
  @Test
  void seedsCutShortOrWithAnotherByteAreTakenOrRefusedInOneLine() throws Exception {
    for (byte[] seed : SetFuzzer.seeds()) {
      int step = Math.max(1, seed.length / 32);
      for (int at = 2; at < seed.length; at += step) {
        boolean cut = SetFuzzer.takes(Arrays.copyOf(seed, at));
        byte[] other = seed.clone();
        other[at] ^= (byte) (1 << at % 8);
        boolean changed = SetFuzzer.takes(other);
        if ((seed[1] & 1) == 0) {
          assertThat(cut || changed).as("byte %d of %s", at, Arrays.toString(seed)).isFalse();
        }
      }
    }
  }

  @Test
  @Tag("soak")
  void whateverJazzerInventsIsTakenOrRefusedInOneLine(@TempDir Path folder) throws Exception {
    Path corpus = Files.createDirectories(folder.resolve("corpus"));
    int number = 0;
    for (byte[] seed : SetFuzzer.seeds()) {
      Files.write(corpus.resolve("seed-" + number++), seed);
    }
    for (Path file : kept()) {
      Files.copy(file, corpus.resolve(file.getFileName()));
    }
    Path said = folder.resolve("jazzer.txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx512m",
            "-cp",
            ChildJvm.CLASS_PATH,
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + SetFuzzer.class.getName(),
            "--instrumentation_includes=dev.ooh.**",
            "-max_total_time=" + Integer.getInteger("ooh.fuzz-seconds", 600),
            "-timeout=30",
            "-max_len=16384",
            "-artifact_prefix=" + Files.createDirectories(FOUND) + "/",
            found(),
            corpus.toString()));
    Process jazzer =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      assertThat(jazzer.waitFor()).as(() -> text(said)).isZero();
    } finally {
      jazzer.destroyForcibly();
    }
  }

  /** Where inputs go that reach new code. */
  private static String found() throws IOException {
    String given = System.getProperty("ooh.fuzz-corpus", FOUND.resolve("corpus").toString());
    return Files.createDirectories(Path.of(given).toAbsolutePath()).toString();
  }

  private static List<Path> kept() throws IOException {
    try (Stream<Path> files = Files.list(CORPUS)) {
      return files.sorted().toList();
    }
  }

  private static String text(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
