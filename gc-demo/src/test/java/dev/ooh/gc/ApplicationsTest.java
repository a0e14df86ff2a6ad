package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.testing.ExactSource;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Applications;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import dev.ooh.workloads.phoenix.Histogram;
import dev.ooh.workloads.phoenix.KMeans;
import dev.ooh.workloads.phoenix.MatrixMultiply;
import dev.ooh.workloads.phoenix.Pca;
import dev.ooh.workloads.phoenix.StringMatch;
import dev.ooh.workloads.phoenix.WordCount;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The applications come to the same result however their heap is collected. */
class ApplicationsTest {
  private static final Parameters SMALL = new Parameters(Configuration.SMALL, Optional.empty(), 1);

  private static CollectedHeap heap(TestSpace space, Application application, long allocation) {
    HeapOptions options =
        HeapOptions.of(application.heapBytes(SMALL), 1 << 30).withAllocationBytes(allocation);
    return new CollectedHeap(space, options, new ExactSource(space), (watched, interval) -> {});
  }

  private static long finish(Application application, CollectedHeap heap) {
    double before = 0;
    while (application.step(heap)) {
      double progress = application.progress(heap);
      assertThat(progress).isBetween(before, 1.0);
      before = progress;
    }
    assertThat(application.progress(heap)).isEqualTo(1);
    assertThat(application.step(heap)).isFalse();
    return application.result(heap);
  }

  @Test
  void gcBenchHasOneResult() {
    Application application = Applications.find("gcbench").orElseThrow();
    TestSpace space = SeededSpace.open();
    try (CollectedHeap heap = heap(space, application, 8 << 20)) {
      application.start(heap, SMALL);
      assertThat(finish(application, heap)).isEqualTo(0xc1ac2e959770e0a0L);
      List<CycleRecord> cycles = heap.cycles();
      assertThat(cycles).hasSizeGreaterThan(10);
      assertThat(cycles).filteredOn(cycle -> !cycle.full()).hasSizeGreaterThan(cycles.size() / 2);
    }
  }

  /** Each of the sizes is small, and collected often. */
  static Stream<Application> smallOnes() {
    return Stream.of(
        new Histogram(3_000_000),
        new KMeans(200),
        new MatrixMultiply(90),
        new Pca(150),
        new StringMatch(1_000_000),
        new WordCount(1_500_000));
  }

  @ParameterizedTest
  @MethodSource("smallOnes")
  void resultIsThatOfAnotherComputation(Application application) {
    TestSpace space = SeededSpace.open();
    try (CollectedHeap heap = heap(space, application, 30_000)) {
      application.start(heap, SMALL);
      assertThat(finish(application, heap))
          .as(application.name())
          .isEqualTo(application.independentResult(SMALL).orElseThrow());
      assertThat(heap.cycles()).hasSizeGreaterThan(2);
    }
    Parameters other = new Parameters(Configuration.SMALL, Optional.empty(), 2);
    if (!application.name().equals("word_count")) { // which draws nothing
      assertThat(application.independentResult(other))
          .isNotEqualTo(application.independentResult(SMALL));
    }
  }

  @Test
  void pixelsOfBitmapsAreCounted(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("bitmap");
    for (int width : new int[] {1, 2, 3, 4, 30_001}) {
      ImageIO.write(bitmap(width), "bmp", file.toFile());
      Parameters parameters = new Parameters(Configuration.LARGE, Optional.of(file), 1);
      Histogram application = new Histogram();
      try (CollectedHeap heap = heap(SeededSpace.open(), application, 300_000)) {
        application.start(heap, parameters);
        assertThat(finish(application, heap))
            .as("width %d", width)
            .isEqualTo(application.independentResult(parameters).orElseThrow())
            .isEqualTo(histogramOf(bitmap(width)));
      }
    }
  }

  private static BufferedImage bitmap(int width) {
    BufferedImage image = new BufferedImage(width, 17, BufferedImage.TYPE_3BYTE_BGR);
    Random random = new Random(width);
    for (int x = 0; x < width; x++) {
      for (int y = 0; y < image.getHeight(); y++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    return image;
  }

  /** A third way, with a library's idea of what is in a bitmap: blue first. */
  private static long histogramOf(BufferedImage image) {
    long sum = 0;
    for (int x = 0; x < image.getWidth(); x++) {
      for (int y = 0; y < image.getHeight(); y++) {
        int pixel = image.getRGB(x, y);
        for (int colour = 0; colour < 3; colour++) {
          sum += weight(colour * 256L + (pixel >> 8 * colour & 0xFF));
        }
      }
    }
    return sum;
  }

  private static long weight(long place) {
    long mixed = (place + 1) * 0x9E3779B97F4A7C15L;
    return mixed ^ mixed >>> 29;
  }

  @Test
  void whatIsNoBitmapIsRefused(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("text");
    Files.writeString(file, "BM" + "x".repeat(100), StandardCharsets.ISO_8859_1);
    Parameters parameters = new Parameters(Configuration.SMALL, Optional.of(file), 1);
    Histogram application = new Histogram();
    try (CollectedHeap heap = heap(SeededSpace.open(), application, 300_000)) {
      assertThatThrownBy(() -> application.start(heap, parameters))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("24 bits a pixel");
    }
  }

  @Test
  void keysOfFilesAreFound(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("keys");
    for (String text :
        List.of(
            "",
            "\n\n",
            "ferrari",
            "ferrari\nFerrari\nferraris\n\nHelloworld\nxferrari\nwhotheman",
            "x".repeat(3_000_000) + "\nhowareyou\n")) {
      Files.writeString(file, text, StandardCharsets.ISO_8859_1);
      Parameters parameters = new Parameters(Configuration.LARGE, Optional.of(file), 1);
      Application application = new StringMatch();
      try (CollectedHeap heap = heap(SeededSpace.open(), application, 300_000)) {
        application.start(heap, parameters);
        assertThat(finish(application, heap))
            .as(text.substring(0, Math.min(30, text.length())))
            .isEqualTo(application.independentResult(parameters).orElseThrow());
      }
    }
  }

  @Test
  void wordsOfFilesAreCounted(@TempDir Path folder) throws Exception {
    for (String text :
        List.of(
            "",
            "'",
            "It's it's IT'S 'twas",
            ("word" + "'".repeat(20_000) + " ").repeat(40),
            // Longer than what is worked on and than what is read at once.
            ("long".repeat(10_000) + " ").repeat(5),
            "a b " + "w".repeat(3_000_001) + " a",
            "x y z ".repeat(300_000) + manyWords(30_000))) {
      Path file = folder.resolve("text");
      Files.writeString(file, text, StandardCharsets.ISO_8859_1);
      Parameters parameters = new Parameters(Configuration.LARGE, Optional.of(file), 1);
      Application application = Applications.find("word_count").orElseThrow();
      try (CollectedHeap heap = heap(SeededSpace.open(), application, 300_000)) {
        application.start(heap, parameters);
        // Another object goes on: all state is in the heap.
        for (int i = 0; i < 3; i++) {
          application.step(heap);
          application = new WordCount();
        }
        assertThat(finish(application, heap))
            .as(text.substring(0, Math.min(30, text.length())))
            .isEqualTo(new WordCount().independentResult(parameters).orElseThrow());
      }
    }
  }

  private static String manyWords(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      for (int rest = i; rest > 0; rest /= 26) {
        text.append((char) ('a' + rest % 26));
      }
      text.append('\n');
    }
    return text.toString();
  }
}
