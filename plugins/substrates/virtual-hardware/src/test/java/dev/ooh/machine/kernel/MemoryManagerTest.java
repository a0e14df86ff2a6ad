package dev.ooh.machine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.MemoryNotifier;
import dev.ooh.machine.paging.GuestPte;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryManagerTest {
  private static final long PAGE = Kernels.PAGE;
  private static final long HEAP = Kernels.HEAP;

  private final Kernels guest = new Kernels(1, 64);
  private final GuestKernel kernel = guest.kernel;

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void aFreshPageHasClearFlagsAndTheProcessorSetsThem() {
    UserProcess process = guest.process("p", 4);
    List<String> told = listen(process);
    guest.load(process, 1);
    assertThat(pte(process, 1) & (GuestPte.DIRTY | GuestPte.ACCESSED)).isEqualTo(GuestPte.ACCESSED);
    guest.store(process, 1, 7);
    assertThat(GuestPte.isDirty(pte(process, 1))).isTrue();
    assertThat(told).containsExactly("mapped 1 DEMAND_ZERO");
  }

  @Test
  void aModuleThatClearsTheDirtyFlagLeavesTheKernelsOwnState() {
    UserProcess process = guest.process("p", 4);
    guest.store(process, 0, 7);
    guest.inKernel(
        process,
        () -> {
          assertThat(kernel.memory.clearDirty(process, HEAP)).isTrue();
          assertThat(kernel.memory.clearDirty(process, HEAP)).isFalse();
          assertThat(GuestPte.isDirty(pte(process, 0))).isFalse();
          assertThat(kernel.remoteAccess().isDirty(process, HEAP)).isTrue();
        });
    guest.store(process, 0, 8);
    assertThat(GuestPte.isDirty(pte(process, 0))).isTrue();
  }

  @Test
  void copyOnWriteGivesANewFrameAndTellsOfIt() {
    UserProcess parent = guest.process("p", 4);
    guest.store(parent, 0, 7);
    guest.store(parent, 1, 8);
    List<String> told = listen(parent);
    UserProcess child = kernel.fork(parent, "c");
    long shared = frame(parent, 0);
    assertThat(frame(child, 0)).isEqualTo(shared);
    guest.store(parent, 0, 70);
    assertThat(frame(parent, 0)).isNotEqualTo(shared);
    assertThat(guest.load(child, 0)).isEqualTo(7);
    // The last owner of a frame keeps it.
    guest.store(child, 0, 71);
    assertThat(frame(child, 0)).isEqualTo(shared);
    assertThat(guest.load(parent, 0)).isEqualTo(70);
    assertThat(told).containsExactly("mapped 0 COPY_ON_WRITE");
  }

  @Test
  void sharedMemoryIsToldOfToItsOtherMappings() {
    UserProcess one = guest.process("one", 1);
    UserProcess two = guest.process("two", 1);
    SharedObject object = new SharedObject(SharedObject.Contents.ZERO);
    kernel.mappings().map(one, "a", HEAP + 16 * PAGE, PAGE, object);
    kernel.mappings().map(one, "b", HEAP + 17 * PAGE, PAGE, object);
    kernel.mappings().map(two, "c", HEAP + 18 * PAGE, PAGE, object);
    List<String> told = listen(one);
    assertThat(one.hasAliases()).isFalse();
    guest.store(one, 16, 5);
    assertThat(told)
        .containsExactly(
            "mapped 16 DEMAND_ZERO", "written 16", "mapped 17 ALIAS", "written 16", "written 17");
    assertThat(one.hasAliases()).isTrue();
    assertThat(guest.load(one, 17)).isEqualTo(5);
    guest.store(two, 18, 6);
    assertThat(guest.load(one, 16)).isEqualTo(6);
    assertThat(sharedElsewhere(one)).containsExactly(16L, 17L);
    told.clear();
    kernel.mappings().unmap(two, HEAP + 18 * PAGE, HEAP + 19 * PAGE);
    assertThat(sharedElsewhere(one)).isEmpty();
    assertThat(told).containsExactly("written 16", "written 17");
    // A mapping that comes later shows what is there at once.
    kernel.mappings().map(two, "d", HEAP + 20 * PAGE, PAGE, object);
    assertThat(two.translate(HEAP + 20 * PAGE)).isEqualTo(one.translate(HEAP + 16 * PAGE));
    assertThat(told).containsExactly("written 16", "written 17", "written 16", "written 17");
  }

  @Test
  void aRemoteWriteIsToldOfAndLeavesTheGuestsFlagsAlone() {
    UserProcess process = guest.process("p", 4);
    guest.store(process, 2, 1);
    guest.inKernel(
        process, () -> assertThat(kernel.memory.clearDirty(process, HEAP + 2 * PAGE)).isTrue());
    List<String> told = listen(process);
    writeFromOutside(process, HEAP + 3 * PAGE - 2, new byte[] {1, 2, 3, 4});
    assertThat(told).containsExactly("written 2", "mapped 3 DEMAND_ZERO", "written 3");
    assertThat(GuestPte.isDirty(pte(process, 2))).isFalse();
    assertThatThrownBy(() -> writeFromOutside(process, HEAP - 8, new byte[8]))
        .isInstanceOf(SegmentationFault.class);
  }

  @Test
  void unmappingInTheMiddleSplitsAMapping() {
    UserProcess process = guest.process("p", 9);
    for (long page = 0; page < 9; page++) {
      guest.store(process, page, page);
    }
    int before = kernel.frames.freeFrames();
    kernel.mappings().unmap(process, HEAP + 3 * PAGE, HEAP + 6 * PAGE);
    assertThat(kernel.frames.freeFrames()).isEqualTo(before + 3);
    assertThat(guest.load(process, 2)).isEqualTo(2);
    assertThat(guest.load(process, 6)).isEqualTo(6);
    assertThatThrownBy(() -> guest.load(process, 4)).isInstanceOf(SegmentationFault.class);
    kernel.mappings().map(process, "again", HEAP + 3 * PAGE, 3 * PAGE, null);
    assertThat(guest.load(process, 4)).isZero();
    assertThatThrownBy(() -> kernel.mappings().map(process, "over", HEAP + 5 * PAGE, PAGE, null))
        .hasMessageContaining("taken by again");
  }

  @Test
  void aMovedMappingKeepsFramesAndContents() {
    UserProcess process = guest.process("p", 4);
    guest.store(process, 1, 11);
    long frame = frame(process, 1);
    List<String> told = listen(process);
    kernel.mappings().move(process, HEAP, HEAP + 4 * PAGE, HEAP + 32 * PAGE);
    assertThat(frame(process, 33)).isEqualTo(frame);
    assertThat(guest.load(process, 33)).isEqualTo(11);
    assertThat(GuestPte.isDirty(pte(process, 33))).isFalse();
    assertThatThrownBy(() -> guest.load(process, 1)).isInstanceOf(SegmentationFault.class);
    assertThat(told).startsWith("unmapped 0 4", "mapped 33 MOVED");
  }

  @Test
  void anEndedProcessGivesAllFramesBack() {
    int before = kernel.frames.freeFrames();
    UserProcess process = guest.process("p", 700);
    for (long page = 0; page < 700; page++) {
      guest.store(process, page, page);
    }
    UserProcess child = kernel.fork(process, "c");
    guest.store(child, 3, 1);
    kernel.exit(process);
    assertThat(guest.load(child, 5)).isEqualTo(5);
    kernel.exit(child);
    assertThat(kernel.frames.freeFrames()).isEqualTo(before);
  }

  @Test
  void pagesThatCannotBeWrittenBackGiveTheirFramesBack() {
    UserProcess process = guest.process("p", 1);
    guest.store(process, 0, 1);
    List<Long> stored = new ArrayList<>();
    SharedObject object =
        new SharedObject(
            new BadContents() {
              @Override
              public void load(long offset, byte[] page) {}

              @Override
              public void store(long offset, byte[] page) {
                if (offset == 0) {
                  super.store(offset, page);
                }
                stored.add(offset);
              }
            });
    int before = kernel.frames.freeFrames();
    long start = HEAP + 16 * PAGE;
    kernel.mappings().map(process, "file", start, 3 * PAGE, object);
    for (int page = 16; page < 19; page++) {
      guest.store(process, page, 7);
    }
    assertThatThrownBy(() -> kernel.mappings().unmap(process, start, start + 3 * PAGE))
        .hasMessage("no room");
    assertThat(kernel.frames.freeFrames()).isEqualTo(before);
    assertThat(stored).as("the others").containsExactly(PAGE, 2 * PAGE);
    kernel.mappings().map(process, "again", start, PAGE, null);
    assertThat(guest.load(process, 16)).isZero();
  }

  @Test
  void aPageThatCannotBeReadTakesNoFrame() {
    UserProcess process = guest.process("p", 1);
    guest.store(process, 0, 1);
    kernel
        .mappings()
        .map(process, "f", HEAP + 16 * PAGE, PAGE, new SharedObject(new BadContents()));
    int before = kernel.frames.freeFrames();
    assertThatThrownBy(() -> guest.load(process, 16)).hasMessage("unreadable");
    assertThat(kernel.frames.freeFrames()).isEqualTo(before);
    kernel.mappings().unmap(process, HEAP + 16 * PAGE, HEAP + 17 * PAGE);
    assertThat(guest.load(process, 0)).isEqualTo(1);
  }

  /** A file on a disk that is broken and full. */
  private static class BadContents implements SharedObject.Contents {
    @Override
    public void load(long offset, byte[] page) {
      throw new IllegalStateException("unreadable");
    }

    @Override
    public void store(long offset, byte[] page) {
      throw new IllegalStateException("no room");
    }
  }

  @Test
  void discardingSharedMemoryThatNobodyTouchedTakesNothing() {
    UserProcess process = guest.process("p", 1);
    long start = HEAP + 16 * PAGE;
    long pages = 4 * (64L << 20 >> 12);
    SharedObject object = new SharedObject(SharedObject.Contents.ZERO);
    kernel.mappings().map(process, "memfd", start, pages * PAGE, object);
    guest.store(process, 17, 7);
    guest.store(process, 18, 8);
    List<String> told = listen(process);
    int before = kernel.frames.freeFrames();
    long faults = guest.machine.counters().get(Event.DEMAND_ZERO_FAULT);
    kernel.mappings().discard(process, start + 2 * PAGE, start + pages * PAGE);
    assertThat(kernel.frames.freeFrames()).isEqualTo(before);
    assertThat(guest.machine.counters().get(Event.DEMAND_ZERO_FAULT)).isEqualTo(faults);
    assertThat(told).containsExactly("written 18");
    assertThat(guest.load(process, 17)).isEqualTo(7);
    assertThat(guest.load(process, 18)).isZero();
    assertThat(guest.load(process, 19)).isZero();
  }

  @Test
  void exhaustedMemorySaysSo() {
    UserProcess process = guest.process("p", 64L << 20 >> 12);
    assertThatThrownBy(
            () -> {
              for (long page = 0; page < 64L << 20 >> 12; page++) {
                guest.store(process, page, page);
              }
            })
        .hasMessageContaining("guest-physical memory is exhausted");
    kernel.exit(process);
  }

  /** The last frame goes to the page's table, and none is left for the page. */
  @Test
  void aTouchThatFailsForLackOfMemoryLosesNoFrame() {
    int before = kernel.frames.freeFrames();
    UserProcess process = guest.process("p", 1024);
    guest.store(process, 0, 1);
    List<Long> taken = new ArrayList<>();
    while (kernel.frames.freeFrames() > 1) {
      taken.add(kernel.frames.allocate());
    }
    assertThatThrownBy(() -> guest.store(process, 600, 1))
        .hasMessageContaining("guest-physical memory is exhausted");
    taken.forEach(kernel.frames::free);
    guest.store(process, 600, 2);
    assertThat(guest.load(process, 600)).isEqualTo(2);
    kernel.exit(process);
    assertThat(kernel.frames.freeFrames()).isEqualTo(before);
  }

  /** Of its two tables, there is memory for the first. */
  @Test
  void aMappingThatFailsForLackOfMemoryIsGone() {
    int before = kernel.frames.freeFrames();
    UserProcess process = guest.process("p", 1);
    SharedObject object = new SharedObject(SharedObject.Contents.ZERO);
    kernel.mappings().map(process, "one", HEAP + 1024 * PAGE, 1024 * PAGE, object);
    guest.store(process, 1024, 7);
    guest.store(process, 1024 + 600, 8);
    List<Long> taken = new ArrayList<>();
    while (kernel.frames.freeFrames() > 1) {
      taken.add(kernel.frames.allocate());
    }
    long start = HEAP + 4096 * PAGE;
    assertThatThrownBy(() -> kernel.mappings().map(process, "two", start, 1024 * PAGE, object))
        .hasMessageContaining("guest-physical memory is exhausted");
    assertThat(process.translate(start)).isEqualTo(-1);
    taken.forEach(kernel.frames::free);
    kernel.mappings().map(process, "again", start, 1024 * PAGE, object);
    assertThat(guest.load(process, 4096)).isEqualTo(7);
    assertThat(guest.load(process, 4096 + 600)).isEqualTo(8);
    kernel.exit(process);
    assertThat(kernel.frames.freeFrames()).isEqualTo(before);
  }

  /** Random mappings, writes, forks and ends against plain maps; the reverse map stays exact. */
  @Test
  void agreesWithAModel() {
    for (long seed = 0; seed < 20; seed++) {
      try (Kernels fresh = new Kernels(seed, 64)) {
        new Model(fresh, seed).run(600);
      }
    }
  }

  private static final class Model {
    private static final int PAGES = 24;
    private final Kernels guest;
    private final long seed;
    private final SplittableRandom random;
    private final Map<UserProcess, Map<Long, Long>> contents = new HashMap<>();
    private final List<UserProcess> processes = new ArrayList<>();

    Model(Kernels guest, long seed) {
      this.guest = guest;
      this.seed = seed;
      this.random = new SplittableRandom(seed);
      UserProcess first = guest.process("first", PAGES);
      processes.add(first);
      contents.put(first, new HashMap<>());
    }

    void run(int steps) {
      for (int step = 0; step < steps; step++) {
        UserProcess process = processes.get(random.nextInt(processes.size()));
        long page = random.nextInt(PAGES);
        Map<Long, Long> mine = contents.get(process);
        switch (random.nextInt(12)) {
          case 0 -> {
            if (processes.size() < 5) {
              UserProcess child = guest.kernel.fork(process, "child" + step);
              processes.add(child);
              contents.put(child, new HashMap<>(mine));
            }
          }
          case 1 -> {
            if (processes.size() > 1) {
              guest.kernel.exit(process);
              processes.remove(process);
              contents.remove(process);
            }
          }
          case 2 -> {
            long end = Math.min(PAGES, page + 3);
            guest.kernel.mappings().unmap(process, HEAP + page * PAGE, HEAP + end * PAGE);
            guest
                .kernel
                .mappings()
                .map(process, "new", HEAP + page * PAGE, (end - page) * PAGE, null);
            mine.keySet().removeIf(p -> p >= page && p < end);
          }
          case 3 -> {
            guest.kernel.mappings().discard(process, HEAP + page * PAGE, HEAP + (page + 1) * PAGE);
            mine.remove(page);
          }
          case 4 ->
              guest.kernel.entry().step(process, () -> guest.kernel.softDirty().clear(process));
          case 5, 6 ->
              assertThat(guest.load(process, page))
                  .as("seed %d step %d", seed, step)
                  .isEqualTo(mine.getOrDefault(page, 0L));
          default -> {
            guest.store(process, page, step);
            mine.put(page, (long) step);
          }
        }
        if (step % 20 == 0) {
          check(step);
        }
      }
    }

    private void check(int step) {
      for (UserProcess process : processes) {
        process.forEachMapped(
            0,
            1L << 32,
            (gva, gpa) -> {
              TreeSet<Long> found = new TreeSet<>();
              process.resolve(gpa, found::add);
              assertThat(found).as("seed %d step %d", seed, step).containsExactly(gva);
              int mappers =
                  (int) processes.stream().filter(other -> other.translate(gva) == gpa).count();
              assertThat(guest.kernel.reverseMap.count(gpa))
                  .as("seed %d step %d", seed, step)
                  .isEqualTo(mappers);
            });
      }
    }
  }

  private static TreeSet<Long> sharedElsewhere(UserProcess process) {
    TreeSet<Long> pages = new TreeSet<>();
    process.forEachSharedElsewhere(0, 1L << 32, gva -> pages.add((gva - HEAP) / PAGE));
    return pages;
  }

  private static long pte(UserProcess process, long page) {
    return process.tables().get(HEAP + page * PAGE);
  }

  private static long frame(UserProcess process, long page) {
    return GuestPte.frame(pte(process, page));
  }

  private static List<String> listen(UserProcess process) {
    List<String> told = new ArrayList<>();
    process.memoryNotifiers.add(
        new MemoryNotifier() {
          @Override
          public void mapped(long gva, long gpa, Cause cause) {
            told.add("mapped " + (gva - HEAP) / PAGE + " " + cause);
            assertThat(process.translate(gva)).isEqualTo(gpa);
          }

          @Override
          public void unmapped(long start, long end) {
            told.add("unmapped " + (start - HEAP) / PAGE + " " + (end - HEAP) / PAGE);
          }

          @Override
          public void writtenByKernel(long gva, long gpa) {
            told.add("written " + (gva - HEAP) / PAGE);
          }
        });
    return told;
  }

  private void writeFromOutside(UserProcess process, long gva, byte[] bytes) {
    kernel
        .entry()
        .step(
            kernel.idle(), () -> kernel.remoteAccess().write(process, gva, bytes, 0, bytes.length));
  }
}
