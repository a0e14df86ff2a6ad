package dev.ooh.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetPlace;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.ImageSetWriter;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What writing and reading a set allocates for each run of pages: its bounds in some page sets, its
 * digest, and where it is in a file, all in arrays; no object, and no copy of a page.
 */
class AllocationTest {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final long START = 1L << 30;
  private static final int FEW = 500;
  private static final int MANY = 5500;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir private Path directory;

  /** Every other page, so that each is a run. */
  private static PageSet pages(int runs) {
    PageSet.Builder pages = PageSet.builder();
    for (int i = 0; i < runs; i++) {
      pages.addPage(START + 2L * i * PAGE);
    }
    return pages.build();
  }

  private static long bytes(int runs) {
    return 2L * runs * PAGE;
  }

  private interface Work {
    void with(int runs) throws Exception;
  }

  private static long bytesARun(Work work) throws Exception {
    work.with(FEW); // what is allocated once
    long few = allocated(work, FEW);
    return (allocated(work, MANY) - few) / (MANY - FEW);
  }

  private static long allocated(Work work, int runs) throws Exception {
    long before = THREADS.getTotalThreadAllocatedBytes();
    work.with(runs);
    return THREADS.getTotalThreadAllocatedBytes() - before;
  }

  private static WrittenSet write(SetPlace place, int runs, Optional<WrittenSet> parent)
      throws IOException {
    PageSet all = pages(runs);
    PageSet inParent = parent.isPresent() ? all : PageSet.empty();
    try (ImageSetWriter writer = new ImageSetWriter(place, 1, parent)) {
      writer.pages(all, inParent, (address, target, offset, length) -> {}, written -> {});
      return writer.finish(
          new SetDescription(
              true,
              "toy",
              "",
              "toy",
              "none",
              START,
              List.of(new Region("memory", START, bytes(runs)))),
          new DumpStatsEntry(0, 0, 0, 0, runs, 0, runs));
    }
  }

  @Test
  void writingNoObjectAPage() throws Exception {
    try (ImageStore store = ImageStore.open(directory)) {
      assertThat(bytesARun(runs -> write(store, runs, Optional.empty()))).isLessThan(150);
      WrittenSet few = write(store, FEW, Optional.empty());
      WrittenSet many = write(store, MANY, Optional.empty());
      assertThat(bytesARun(runs -> write(store, runs, Optional.of(runs == FEW ? few : many))))
          .isLessThan(150);
    }
  }

  @Test
  void readingNoObjectAPage() throws Exception {
    WrittenSet few;
    WrittenSet many;
    try (ImageStore store = ImageStore.open(directory)) {
      few = write(store, FEW, Optional.empty());
      many = write(store, MANY, Optional.empty());
    }
    assertThat(bytesARun(runs -> ImageSet.open((runs == FEW ? few : many).path()))).isLessThan(350);
    ImageSet openedFew = ImageSet.open(few.path());
    ImageSet openedMany = ImageSet.open(many.path());
    assertThat(
            bytesARun(
                runs ->
                    (runs == FEW ? openedFew : openedMany)
                        .readPages((address, buffer, length) -> {})))
        .isLessThan(10);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(bytes(MANY), PAGE);
      assertThat(
              bytesARun(
                  runs ->
                      (runs == FEW ? openedFew : openedMany)
                          .fill(memory.asSlice(0, bytes(runs)), START)))
          .isLessThan(100);
    }
  }
}
