package dev.ooh.machine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.cpu.PhysicalMemory;
import dev.ooh.machine.paging.GuestPte;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PageTablesTest {
  private static final long GIB = 1L << 30;
  private static final long TIB = 1L << 40;
  private static final int ENTRIES = 512;

  private final CountingMemory memory = new CountingMemory();
  private final PageTables tables = new PageTables(memory, new FrameAllocator(GIB));

  @Test
  void aWalkSkipsEachAbsentTableInOneStep() {
    tables.set(3 * TIB, entry(1));
    tables.set(70 * TIB, entry(2));
    memory.reads = 0;
    assertThat(walk(0, 1L << 47)).containsExactly(3 * TIB, 70 * TIB);
    // A leaf table is read whole. On the way to each there are two tables, of whose entries those
    // behind and before the page are absent: a walk down for each, and one for each root entry.
    long descents = 2 * 2 * ENTRIES + 256;
    assertThat(memory.reads).isLessThan(2 * ENTRIES + 3 * descents);
  }

  @Test
  void aWalkOfNothingReadsTheRootAlone() {
    memory.reads = 0;
    assertThat(walk(0, Long.MAX_VALUE)).isEmpty();
    assertThat(memory.reads).isEqualTo(256);
  }

  @Test
  void aWalkFindsWhatWasSetAndNothingElse() {
    for (long seed = 1; seed <= 20; seed++) {
      check(seed);
    }
  }

  private static void check(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    PageTables tables = new PageTables(new CountingMemory(), new FrameAllocator(GIB));
    TreeMap<Long, Long> expected = new TreeMap<>();
    for (int i = 0; i < 50; i++) {
      long bits = random.nextInt(12, 48);
      long gva = random.nextLong(1L << bits) & -4096L;
      tables.set(gva, entry(i + 1));
      expected.put(gva, entry(i + 1));
    }
    for (int i = 0; i < 50; i++) {
      long start = random.nextLong(1L << random.nextInt(12, 48)) & -4096L;
      long end = start + (random.nextLong(1L << random.nextInt(12, 48)) & -4096L);
      Map<Long, Long> found = new TreeMap<>();
      tables.forEach(start, end, found::put);
      assertThat(found)
          .as("seed %d, 0x%x-0x%x", seed, start, end)
          .isEqualTo(expected.subMap(start, Math.max(start, end)));
    }
  }

  private List<Long> walk(long start, long end) {
    List<Long> pages = new ArrayList<>();
    tables.forEach(start, end, (gva, entry) -> pages.add(gva));
    return pages;
  }

  private static long entry(long frame) {
    return GuestPte.of(frame * 4096, GuestPte.PRESENT);
  }

  private static final class CountingMemory implements PhysicalMemory {
    private final Map<Long, Long> words = new HashMap<>();
    private long reads;

    @Override
    public long read(long gpa) {
      reads++;
      return words.getOrDefault(gpa, 0L);
    }

    @Override
    public void write(long gpa, long value) {
      words.put(gpa, value);
    }
  }
}
