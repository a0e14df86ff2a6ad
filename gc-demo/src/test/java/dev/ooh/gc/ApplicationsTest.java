package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.gc.testing.ArraySpace;
import dev.ooh.gc.testing.ExactSource;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Applications;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import dev.ooh.workloads.wordcount.WordCount;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The applications come to the same result however their heap is collected. */
class ApplicationsTest {
  private static final Parameters SMALL = new Parameters(Configuration.SMALL, Optional.empty(), 1);

  private static CollectedHeap heap(ArraySpace space, Application application, long allocation) {
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
    ArraySpace space = new ArraySpace();
    try (CollectedHeap heap = heap(space, application, 8 << 20)) {
      application.start(heap, SMALL);
      assertThat(finish(application, heap)).isEqualTo(0xc1ac2e959770e0a0L);
      List<CycleRecord> cycles = heap.cycles();
      assertThat(cycles).hasSizeGreaterThan(10);
      assertThat(cycles).filteredOn(cycle -> !cycle.full()).hasSizeGreaterThan(cycles.size() / 2);
    }
  }

  @Test
  void wordsOfLicencesAreCounted() {
    WordCount application = new WordCount(1_500_000);
    ArraySpace space = new ArraySpace();
    try (CollectedHeap heap = heap(space, application, 100_000)) {
      application.start(heap, SMALL);
      assertThat(finish(application, heap)).isEqualTo(WordCount.plainResult(application, SMALL));
      assertThat(heap.cycles()).hasSizeGreaterThan(5);
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
            "x y z ".repeat(300_000) + manyWords(30_000))) {
      Path file = folder.resolve("text");
      Files.writeString(file, text, StandardCharsets.ISO_8859_1);
      Parameters parameters = new Parameters(Configuration.LARGE, Optional.of(file), 1);
      Application application = Applications.find("word_count").orElseThrow();
      try (CollectedHeap heap = heap(new ArraySpace(), application, 300_000)) {
        application.start(heap, parameters);
        // Another object goes on: all state is in the heap.
        for (int i = 0; i < 3; i++) {
          application.step(heap);
          application = new WordCount();
        }
        assertThat(finish(application, heap))
            .as(text.substring(0, Math.min(30, text.length())))
            .isEqualTo(WordCount.plainResult(new WordCount(), parameters));
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
