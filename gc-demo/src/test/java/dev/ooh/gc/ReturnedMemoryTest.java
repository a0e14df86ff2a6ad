package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** On real memory: a heap that grew and emptied holds less of the machine's. */
@EnabledOnOs(OS.LINUX)
class ReturnedMemoryTest {
  private static final int NODES = 1_000_000;

  @Test
  void anEmptiedHeapGivesMemoryBack() throws Exception {
    Substrate linux =
        ServiceLoader.load(Substrate.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(substrate -> substrate.name().equals("linux"))
            .findFirst()
            .orElseThrow();
    try (AddressSpace space = linux.open(SpaceOptions.named("returned"))) {
      space
          .execution()
          .run(
              () -> {
                run(space);
                return 0;
              });
    }
  }

  private static void run(AddressSpace space) {
    try (CollectedHeap heap =
        new CollectedHeap(
            space,
            HeapOptions.of(1 << 20, 64 << 20).withAllocationBytes(Long.MAX_VALUE),
            (where, consumer, scan, arm) -> Interval.all(scan, "not tracked"),
            (watched, interval) -> {})) {
      list(heap);
      assertThat(residentBytes(heap.pages())).isGreaterThan(16L * NODES);
      heap.setGlobal(0, 0);
      for (int cycle = 0; cycle < 3; cycle++) {
        heap.collect(true);
      }
      for (int cycle = 0; cycle < 8; cycle++) {
        heap.collect(false);
      }
      assertThat(residentBytes(heap.pages())).isLessThan(2 << 20);
      list(heap);
      long node = heap.global(0);
      for (int i = NODES - 1; i >= 0; i--) {
        if (heap.memory().getLong(heap.data(node)) != i) {
          throw new MemoryAccessException(node, "node %d has changed".formatted(i));
        }
        node = heap.reference(node, 0);
      }
      assertThat(node).isZero();
    }
  }

  private static void list(CollectedHeap heap) {
    for (int i = 0; i < NODES; i++) {
      long node = heap.allocate(1, 8);
      heap.memory().putLong(heap.data(node), i);
      heap.setReference(node, 0, heap.global(0));
      heap.setGlobal(0, node);
    }
  }

  /** What the kernel says is in memory of the mappings that {@code pages} lie in. */
  private static long residentBytes(PageSet pages) {
    long sum = 0;
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/smaps"))) {
      boolean within = false;
      for (String line : (Iterable<String>) lines::iterator) {
        List<String> words = List.of(line.split("\\s+"));
        if (words.getFirst().matches("[0-9a-f]+-[0-9a-f]+")) {
          String[] bounds = words.getFirst().split("-");
          long start = Long.parseUnsignedLong(bounds[0], 16);
          long end = Long.parseUnsignedLong(bounds[1], 16);
          within = start >= 0 && end > start && pages.intersect(PageSet.of(start, end)).bytes() > 0;
        } else if (within && words.getFirst().equals("Rss:")) {
          sum += Long.parseLong(words.get(1)) << 10;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sum;
  }
}
