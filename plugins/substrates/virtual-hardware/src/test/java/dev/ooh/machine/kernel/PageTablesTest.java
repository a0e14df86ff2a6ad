package dev.ooh.machine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
  private static final long BLOCK = PageTables.BLOCK;
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

  @Test
  void aPageOf2MiBIsSplitWithItsFlagsAndTakesNoMemoryThen() {
    FrameAllocator frames = new FrameAllocator(GIB);
    PageTables block = new PageTables(memory, frames);
    long gva = 7 * GIB + 3 * BLOCK;
    long flags = GuestPte.PRESENT | GuestPte.DIRTY | GuestPte.SOFT_DIRTY;
    int before = frames.freeFrames();
    block.set(gva, GuestPte.of(5 * BLOCK, flags | GuestPte.LARGE));
    assertThat(frames.freeFrames()).isEqualTo(before - PageTables.TABLES_OF_A_BLOCK);
    assertThat(block.get(gva + 9 * 4096)).isEqualTo(GuestPte.of(5 * BLOCK + 9 * 4096, flags));
    assertThat(block.isUntouched(gva)).isFalse();
    assertThatThrownBy(() -> block.set(gva + 4096, entry(1)))
        .hasMessageContaining("wanted it split");
    block.split(gva + 4096);
    assertThat(frames.freeFrames()).isEqualTo(before - PageTables.TABLES_OF_A_BLOCK);
    assertThat(block.leaf(gva + 9 * 4096)).isEqualTo(GuestPte.of(5 * BLOCK + 9 * 4096, flags));
    assertThatThrownBy(() -> block.set(gva, GuestPte.of(5 * BLOCK, flags | GuestPte.LARGE)))
        .hasMessageContaining("has pages of 4 KiB in its block");
    for (long page = 0; page < ENTRIES; page++) {
      block.set(gva + page * 4096, 0);
    }
    assertThat(block.isUntouched(gva)).isTrue();
    // The empty table is the one that is kept aside now.
    block.set(gva, GuestPte.of(6 * BLOCK, flags | GuestPte.LARGE));
    block.clear(gva, block.leaf(gva));
    block.free();
    assertThat(frames.freeFrames()).isEqualTo(before + 1);
  }

  /** Leaves of both sizes against a plain map of pages; frames are counted before and after. */
  @Test
  void leavesOfBothSizesAgreeWithAPlainMap() {
    long first = Long.getLong("ooh.first-seed", 1);
    for (long seed = first; seed < first + Integer.getInteger("ooh.seeds", 6); seed++) {
      new MixedLeaves(seed).run(400);
    }
  }

  private static final class MixedLeaves {
    private static final int BLOCKS = 6;
    private static final long START = 3 * TIB + 510 * BLOCK; // in two tables of level 2
    private final SplittableRandom random;
    private final long seed;
    private final FrameAllocator frames = new FrameAllocator(GIB);
    private final int free = frames.freeFrames();
    private final PageTables tables = new PageTables(new CountingMemory(), frames);
    private final TreeMap<Long, Long> pages = new TreeMap<>();

    MixedLeaves(long seed) {
      this.seed = seed;
      this.random = new SplittableRandom(seed);
    }

    void run(int steps) {
      for (int step = 0; step < steps; step++) {
        step();
        check(step);
      }
      for (long gva = START; gva < START + BLOCKS * BLOCK; gva += BLOCK) {
        discard(gva, gva + BLOCK);
      }
      assertThat(pages).isEmpty();
      tables.free();
      assertThat(frames.freeFrames()).as("seed %d", seed).isEqualTo(free);
    }

    private void step() {
      long block = START + random.nextInt(BLOCKS) * BLOCK;
      long page = block + random.nextInt(ENTRIES) * 4096L;
      switch (random.nextInt(6)) {
        case 0 -> {
          if (tables.isUntouched(page)) {
            assertThat(pages.subMap(block, block + BLOCK)).as("seed %d", seed).isEmpty();
            long frame = (1 + random.nextInt(100)) * BLOCK;
            tables.set(block, GuestPte.of(frame, flags() | GuestPte.LARGE));
            for (long gva = block; gva < block + BLOCK; gva += 4096) {
              pages.put(gva, tables.get(gva));
            }
          }
        }
        case 1 -> split(page);
        case 2 -> discard(block, block + BLOCK);
        case 3 -> discard(page, Math.min(block + BLOCK, page + random.nextInt(1, 40) * 4096L));
        case 4 -> {
          long entry = tables.leaf(page);
          if (entry != 0) {
            long flags = flags();
            tables.set(page, entry & ~0xFFFL | entry & GuestPte.LARGE | flags);
            long from = GuestPte.isLarge(entry) ? block : page;
            long to = from + GuestPte.bytes(entry);
            pages.subMap(from, to).replaceAll((gva, old) -> old & ~0xFFFL | flags);
          }
        }
        default -> {
          split(page);
          long entry = GuestPte.of(random.nextInt(1, 1 << 20) * 4096L, flags());
          tables.set(page, entry);
          pages.put(page, entry);
        }
      }
    }

    private void split(long gva) {
      if (GuestPte.isLarge(tables.leaf(gva))) {
        tables.split(gva);
      }
    }

    private void discard(long start, long end) {
      if (start % BLOCK != 0 || end % BLOCK != 0) {
        split(start);
      }
      tables.forEachLeaf(start, end, tables::clear);
      pages.subMap(start, end).clear();
    }

    private long flags() {
      return GuestPte.PRESENT | random.nextInt(1 << 7) & ~GuestPte.LARGE | GuestPte.SOFT_DIRTY;
    }

    private void check(int step) {
      long start = START + random.nextInt(BLOCKS * ENTRIES) * 4096L;
      long end = start + random.nextInt(BLOCKS * ENTRIES) * 4096L;
      TreeMap<Long, Long> found = new TreeMap<>();
      tables.forEach(start, end, found::put);
      assertThat(found)
          .as("seed %d, step %d, 0x%x-0x%x", seed, step, start, end)
          .isEqualTo(pages.subMap(start, end));
      long gva = START + random.nextInt(BLOCKS * ENTRIES) * 4096L;
      assertThat(tables.get(gva))
          .as("seed %d, step %d, 0x%x", seed, step, gva)
          .isEqualTo(pages.getOrDefault(gva, 0L));
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
