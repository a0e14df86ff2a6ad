package dev.ooh.linux.substrate;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.FileContents;
import dev.ooh.memory.PageSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstWritesTest {
  private static final int PAGE = 4096;

  @TempDir private Path directory;

  private static PageSet page(MemorySegment memory, int number) {
    long start = memory.address() + (long) number * PAGE;
    return PageSet.of(start, start + PAGE);
  }

  @Test
  void isWhatWasWrittenBeforeWatchingBeganAndNotWhatWasRead() throws Exception {
    Path file = Files.write(directory.resolve("file"), new byte[50 * PAGE]);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = AnonymousMemory.map(60 * PAGE, 0, false, arena);
      try (FileContents.Filling filling = AnonymousMemory.fill(memory)) {
        filling.map(file, 0, memory.address(), 50 * PAGE);
      }
      for (int page = 0; page < 60; page += 3) { // of the file, and of zeros that all share
        assertThat(memory.get(JAVA_BYTE, (long) page * PAGE)).isZero();
      }
      memory.set(JAVA_BYTE, 7 * PAGE, (byte) 0);
      memory.set(JAVA_BYTE, 55 * PAGE, (byte) 1);
      PageSet all = PageSet.of(memory.address(), memory.address() + memory.byteSize());
      PageSet written = FirstWrites.before(all, () -> memory.set(JAVA_BYTE, 20 * PAGE, (byte) 1));
      PageSet expected = page(memory, 7).union(page(memory, 20)).union(page(memory, 55));
      assertThat(written.containsAll(expected)).as(written.toString()).isTrue();
      if (!written.equals(all)) { // as where a part of this process is out in swap
        // A kernel may be built to give a page of its own for what is read.
        assertThat(written.minus(PageSet.of(memory.address() + 50 * PAGE, all.runEnd(0))))
            .isEqualTo(page(memory, 7).union(page(memory, 20)));
      }
    }
  }
}
