package dev.ooh.machine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounts;
import dev.ooh.machine.extension.MemoryNotifier;
import dev.ooh.machine.paging.GuestPte;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pages of 2 MiB: what leaves them whole, what splits them, and that nothing written is lost. */
class HugePagesTest {
  private static final long PAGE = Kernels.PAGE;
  private static final long HEAP = Kernels.HEAP;
  private static final long BLOCK = PageTables.BLOCK;
  private static final long PAGES = 512;

  private final Kernels guest = new Kernels(1, 64);
  private final GuestKernel kernel = guest.kernel;

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void aFirstTouchMapsAWholeBlockByOneEntry() {
    UserProcess process = hugeProcess(2 * PAGES);
    int free = kernel.frames.freeFrames();
    EventCounts before = kernel.counters().counts();
    guest.store(process, PAGES + 3, 7);
    EventCounts counts = kernel.counters().counts().minus(before);
    assertThat(counts.get(Event.DEMAND_ZERO_HUGE_FAULT)).isEqualTo(1);
    assertThat(counts.get(Event.DEMAND_ZERO_FAULT)).isZero();
    assertThat(free - kernel.frames.freeFrames())
        .isBetween((int) PAGES + 1, (int) PAGES + PageTables.TABLES_OF_A_BLOCK);
    long leaf = leaf(process, PAGES);
    assertThat(GuestPte.isLarge(leaf) && GuestPte.isDirty(leaf)).isTrue();
    assertThat(GuestPte.frame(leaf) % BLOCK).isZero();
    assertThat(leaf(process, 0)).isZero();
    // All of it is there, and is found by its frames.
    assertThat(guest.load(process, PAGES + 511)).isZero();
    assertThat(guest.load(process, PAGES + 3)).isEqualTo(7);
    for (long page = PAGES; page < 2 * PAGES; page++) {
      long gva = HEAP + page * PAGE;
      List<Long> found = new ArrayList<>();
      assertThat(process.resolve(process.translate(gva), found::add)).isEqualTo(1);
      assertThat(found).containsExactly(gva);
    }
  }

  @Test
  void onlyWholeBlocksOfAMappingThatAsksAreHuge() {
    UserProcess process = guest.process("p", PAGES);
    guest.store(process, 0, 1);
    assertThat(isHuge(process, 0)).isFalse();
    long start = HEAP + 8 * BLOCK - 100 * PAGE;
    kernel.mappings().map(process, "shifted", start, 2 * BLOCK, null);
    kernel.mappings().adviseHugePages(process, start, start + 2 * BLOCK);
    guest.store(process, 8 * PAGES - 1, 1);
    guest.store(process, 8 * PAGES, 2);
    guest.store(process, 9 * PAGES, 3);
    assertThat(isHuge(process, 8 * PAGES - 1)).isFalse();
    assertThat(isHuge(process, 8 * PAGES)).isTrue();
    assertThat(isHuge(process, 9 * PAGES)).isFalse();
    assertThatThrownBy(() -> kernel.mappings().adviseHugePages(process, start, start + BLOCK))
        .hasMessageContaining("wanted whole private mappings");
  }

  @Test
  void aBlockThatWasTouchedByPagesStaysSo() {
    UserProcess process = guest.process("p", PAGES);
    guest.store(process, 5, 1);
    kernel.mappings().adviseHugePages(process, HEAP, HEAP + BLOCK);
    guest.store(process, 6, 2);
    assertThat(isHuge(process, 6)).isFalse();
    // Once all of it is discarded it is untouched again.
    kernel.mappings().discard(process, HEAP, HEAP + BLOCK);
    guest.store(process, 6, 3);
    assertThat(isHuge(process, 6)).isTrue();
    assertThat(guest.load(process, 5)).isZero();
  }

  @Test
  void withoutRoomForABlockPagesAreTaken() {
    UserProcess process = hugeProcess(64 * PAGES);
    long block = 0;
    do {
      guest.store(process, block * PAGES, block);
    } while (isHuge(process, block++ * PAGES));
    assertThat(block).isGreaterThan(25);
    guest.store(process, block * PAGES + 7, 7);
    assertThat(guest.load(process, block * PAGES + 7)).isEqualTo(7);
    // What one gives back the next takes.
    kernel.mappings().discard(process, HEAP, HEAP + BLOCK);
    guest.store(process, 60 * PAGES, 1);
    assertThat(isHuge(process, 60 * PAGES)).isTrue();
  }

  @Test
  void oneDirtyFlagServesTheBlock() {
    UserProcess process = hugeProcess(PAGES);
    guest.store(process, 0, 1);
    guest.store(process, 300, 2);
    guest.inKernel(
        process,
        () -> {
          assertThat(kernel.memory.clearDirty(process, HEAP + 9 * PAGE)).isTrue();
          assertThat(kernel.memory.clearDirty(process, HEAP + 300 * PAGE)).isFalse();
          assertThat(kernel.remoteAccess().isDirty(process, HEAP + 300 * PAGE)).isTrue();
        });
    assertThat(isHuge(process, 0)).isTrue();
    assertThat(GuestPte.isDirty(leaf(process, 0))).isFalse();
    guest.store(process, 300, 3);
    assertThat(GuestPte.isDirty(leaf(process, 0))).isTrue();
  }

  @Test
  void theTranslationsOfAllPagesGoWithTheDirtyFlag() {
    UserProcess process = hugeProcess(PAGES);
    long gva = HEAP + 300 * PAGE;
    kernel
        .entry()
        .step(
            process,
            () -> {
              guest.machine.vcpu().writeVirtual(gva, 8, 1);
              process.translations().show();
              assertThat(process.translations().writable(gva, 8)).isNotZero();
              kernel.memory.clearDirty(process, HEAP + 9 * PAGE);
              assertThat(process.translations().writable(gva, 8)).isZero();
            });
  }

  @Test
  void clearRefsKeepsABlockWholeAndOneFaultSoilsIt() {
    UserProcess process = hugeProcess(PAGES);
    guest.store(process, 0, 1);
    EventCounts before = kernel.counters().counts();
    kernel.entry().service(process, () -> kernel.softDirty().clear(process));
    assertThat(softDirty(process)).isEmpty();
    guest.store(process, 100, 2);
    guest.store(process, 200, 3);
    EventCounts counts = kernel.counters().counts().minus(before);
    assertThat(counts.get(Event.CLEAR_REFS)).isEqualTo(1);
    assertThat(counts.get(Event.PAGE_FAULT_IN_KERNEL)).isEqualTo(1);
    assertThat(softDirty(process)).hasSize((int) PAGES);
    assertThat(isHuge(process, 0)).isTrue();
  }

  @Test
  void aPartIsDiscardedByASplitWhoseOtherPagesKeepEverything() {
    UserProcess process = hugeProcess(PAGES);
    guest.store(process, 0, 1);
    guest.store(process, 511, 2);
    List<String> told = listen(process);
    int free = kernel.frames.freeFrames();
    kernel.mappings().discard(process, HEAP + 100 * PAGE, HEAP + 110 * PAGE);
    assertThat(kernel.frames.freeFrames()).isEqualTo(free + 10);
    assertThat(isHuge(process, 0)).isFalse();
    assertThat(told).containsExactly("unmapped 100 110", "split 0");
    assertThat(leaf(process, 104)).isZero();
    for (long page : new long[] {0, 50, 511}) {
      assertThat(GuestPte.isDirty(leaf(process, page))).isTrue();
    }
    assertThat(softDirty(process)).hasSize((int) PAGES);
    assertThat(guest.load(process, 0)).isEqualTo(1);
    assertThat(guest.load(process, 511)).isEqualTo(2);
    assertThat(guest.load(process, 104)).isZero();
  }

  @Test
  void thePartMayBeAtEitherEnd() {
    UserProcess process = hugeProcess(3 * PAGES);
    guest.store(process, 10, 1);
    guest.store(process, PAGES, 2);
    guest.store(process, 2 * PAGES + 9, 3);
    guest.store(process, 2 * PAGES + 10, 4);
    kernel.mappings().discard(process, HEAP + 11 * PAGE, HEAP + 2 * BLOCK + 10 * PAGE);
    assertThat(guest.load(process, 10)).isEqualTo(1);
    assertThat(guest.load(process, 2 * PAGES + 10)).isEqualTo(4);
    assertThat(guest.load(process, 2 * PAGES + 9)).isZero();
    assertThat(guest.load(process, PAGES)).isZero();
    assertThat(isHuge(process, PAGES)).isTrue();
  }

  @Test
  void unmappingAPartSplitsAndTheWholeComesBack() {
    UserProcess process = hugeProcess(2 * PAGES);
    int free = kernel.frames.freeFrames();
    guest.store(process, 0, 1);
    guest.store(process, PAGES, 2);
    kernel.mappings().unmap(process, HEAP + BLOCK - PAGE, HEAP + BLOCK + PAGE);
    assertThat(guest.load(process, PAGES + 1)).isZero();
    assertThatThrownBy(() -> guest.load(process, PAGES)).isInstanceOf(SegmentationFault.class);
    kernel.mappings().unmap(process, HEAP, HEAP + 2 * BLOCK);
    // The tables stay; each of the two blocks has its own now.
    assertThat(free - kernel.frames.freeFrames()).isBetween(2, 4);
  }

  @Test
  void aForkSharesTheBlockAndACopySplitsIt() {
    UserProcess parent = hugeProcess(PAGES);
    guest.store(parent, 3, 7);
    List<String> told = listen(parent);
    UserProcess child = kernel.fork(parent, "c");
    assertThat(isHuge(parent, 3) && isHuge(child, 3)).isTrue();
    assertThat(child.translate(HEAP)).isEqualTo(parent.translate(HEAP));
    EventCounts before = kernel.counters().counts();
    guest.store(parent, 3, 70);
    assertThat(isHuge(parent, 3)).isFalse();
    assertThat(isHuge(child, 3)).isTrue();
    assertThat(told).containsExactly("split 0", "mapped 3 COPY_ON_WRITE");
    assertThat(guest.load(child, 3)).isEqualTo(7);
    guest.store(child, 4, 8);
    assertThat(guest.load(parent, 4)).isZero();
    EventCounts counts = kernel.counters().counts().minus(before);
    assertThat(counts.get(Event.COPY_ON_WRITE_FAULT)).isEqualTo(2);
    assertThat(counts.get(Event.HUGE_PAGE_SPLIT)).isEqualTo(2);
  }

  @Test
  void theLastOwnerOfABlockKeepsItWhole() {
    UserProcess parent = hugeProcess(PAGES);
    guest.store(parent, 3, 7);
    UserProcess child = kernel.fork(parent, "c");
    kernel.exit(child);
    EventCounts before = kernel.counters().counts();
    guest.store(parent, 4, 8);
    assertThat(isHuge(parent, 4)).isTrue();
    assertThat(kernel.counters().counts().minus(before).get(Event.COPY_ON_WRITE_FAULT)).isZero();
    assertThat(guest.load(parent, 3)).isEqualTo(7);
  }

  @Test
  void aWholeBlockMovesWholeWhereItCan() {
    UserProcess process = hugeProcess(2 * PAGES);
    guest.store(process, 3, 7);
    guest.store(process, PAGES + 5, 9);
    List<String> told = listen(process);
    long frame = GuestPte.frame(leaf(process, 0));
    kernel.mappings().move(process, HEAP, HEAP + 2 * BLOCK, HEAP + 4 * BLOCK);
    assertThat(isHuge(process, 4 * PAGES)).isTrue();
    assertThat(GuestPte.frame(leaf(process, 4 * PAGES))).isEqualTo(frame);
    assertThat(GuestPte.isDirty(leaf(process, 4 * PAGES))).isFalse();
    assertThat(guest.load(process, 4 * PAGES + 3)).isEqualTo(7);
    assertThat(told).hasSize(1 + 2 * (int) PAGES + 1).doesNotContain("split 0");

    kernel.mappings().move(process, HEAP + 4 * BLOCK, HEAP + 6 * BLOCK, HEAP + 8 * BLOCK + PAGE);
    assertThat(isHuge(process, 8 * PAGES + 1)).isFalse();
    assertThat(guest.load(process, 8 * PAGES + 4)).isEqualTo(7);
    assertThat(guest.load(process, 9 * PAGES + 6)).isEqualTo(9);
    guest.inKernel(
        process,
        () ->
            assertThat(kernel.remoteAccess().isDirty(process, HEAP + 8 * BLOCK + 4 * PAGE))
                .isTrue());
  }

  @Test
  void userfaultfdProtectsABlockAsOneAndItsFaultSplitsIt() {
    for (Userfault.Mode mode :
        List.of(
            Userfault.Mode.SYNCHRONOUS_WRITE_PROTECT, Userfault.Mode.ASYNCHRONOUS_WRITE_PROTECT)) {
      UserProcess process = hugeProcess(PAGES);
      guest.store(process, 0, 1);
      Userfault userfault = kernel.userfaultfd(process, mode);
      in(process, () -> userfault.register(HEAP, HEAP + BLOCK));
      in(process, () -> userfault.writeProtect(HEAP, HEAP + BLOCK));
      assertThat(isHuge(process, 0)).isTrue();
      assertThat(leaf(process, 0) & GuestPte.UFFD_WRITE_PROTECTED).isNotZero();
      guest.store(process, 7, 2);
      assertThat(isHuge(process, 0)).isFalse();
      assertThat(leaf(process, 8) & GuestPte.UFFD_WRITE_PROTECTED).isNotZero();
      guest.store(process, 511, 3);
      guest.store(process, 7, 4);
      List<Long> written = new ArrayList<>();
      in(process, () -> userfault.drain(page -> written.add((page - HEAP) / PAGE)));
      assertThat(written).as("%s", mode).containsExactly(7L, 511L);
      assertThat(guest.load(process, 7)).isEqualTo(4);
    }
  }

  @Test
  void userfaultfdOfAPartSplits() {
    UserProcess process = hugeProcess(2 * PAGES);
    guest.store(process, 0, 1);
    guest.store(process, PAGES, 1);
    Userfault userfault = kernel.userfaultfd(process, Userfault.Mode.SYNCHRONOUS_WRITE_PROTECT);
    in(process, () -> userfault.register(HEAP + 10 * PAGE, HEAP + 2 * BLOCK));
    assertThat(isHuge(process, 0)).isFalse();
    assertThat(isHuge(process, PAGES)).isTrue();
    in(process, () -> userfault.writeProtect(HEAP, HEAP + BLOCK + PAGE));
    assertThat(isHuge(process, PAGES)).isFalse();
    assertThat(leaf(process, 9) & GuestPte.UFFD_WRITE_PROTECTED).isZero();
    assertThat(leaf(process, 10) & GuestPte.UFFD_WRITE_PROTECTED).isNotZero();
    assertThat(leaf(process, PAGES) & GuestPte.UFFD_WRITE_PROTECTED).isNotZero();
    assertThat(leaf(process, PAGES + 1) & GuestPte.UFFD_WRITE_PROTECTED).isZero();
  }

  @Test
  void protectionThatBeginsAndEndsAmid2MiBProtectsThesePagesAlone() {
    UserProcess process = hugeProcess(2 * PAGES);
    guest.store(process, 0, 1);
    guest.store(process, PAGES, 1);
    Userfault userfault = kernel.userfaultfd(process, Userfault.Mode.SYNCHRONOUS_WRITE_PROTECT);
    in(process, () -> userfault.register(HEAP, HEAP + 2 * BLOCK));
    in(process, () -> userfault.writeProtect(HEAP + 300 * PAGE, HEAP + BLOCK + 100 * PAGE));
    TreeSet<Long> found = new TreeSet<>();
    for (long page = 0; page < 2 * PAGES; page++) {
      if ((process.tables().get(HEAP + page * PAGE) & GuestPte.UFFD_WRITE_PROTECTED) != 0) {
        found.add(page);
      }
    }
    assertThat(found).hasSize((int) PAGES - 200).startsWith(300L).endsWith(PAGES + 99);
    // Forgotten where it is not watched any more.
    in(process, () -> userfault.unregister(HEAP, HEAP + 310 * PAGE));
    assertThat(leaf(process, 309) & GuestPte.UFFD_WRITE_PROTECTED).isZero();
    assertThat(leaf(process, 310) & GuestPte.UFFD_WRITE_PROTECTED).isNotZero();
  }

  @Test
  void protectedOrMissingPagesAreTouchedOneByOne() {
    UserProcess process = hugeProcess(3 * PAGES);
    Userfault protecting = kernel.userfaultfd(process, Userfault.Mode.ASYNCHRONOUS_WRITE_PROTECT);
    in(process, () -> protecting.register(HEAP, HEAP + BLOCK));
    in(process, () -> protecting.writeProtect(HEAP, HEAP + BLOCK));
    guest.store(process, 4, 1);
    assertThat(isHuge(process, 4)).isFalse();
    Userfault missing = kernel.userfaultfd(process, Userfault.Mode.MISSING);
    in(process, () -> missing.register(HEAP + BLOCK, HEAP + 2 * BLOCK));
    guest.store(process, PAGES, 1);
    assertThat(isHuge(process, PAGES)).isFalse();
    guest.store(process, 2 * PAGES, 1);
    assertThat(isHuge(process, 2 * PAGES)).isTrue();
  }

  @Test
  void aWriteFromOutsideReachesItsPageAndTellsOfNoOther() {
    UserProcess process = hugeProcess(PAGES);
    guest.store(process, 0, 1);
    guest.inKernel(process, () -> kernel.memory.clearDirty(process, HEAP));
    List<String> told = listen(process);
    kernel
        .entry()
        .step(
            kernel.idle(),
            () ->
                kernel
                    .remoteAccess()
                    .write(process, HEAP + 9 * PAGE, new byte[] {5, 0, 0, 0, 0, 0, 0, 0}, 0, 8));
    assertThat(told).containsExactly("written 9");
    assertThat(isHuge(process, 9)).isTrue();
    assertThat(GuestPte.isDirty(leaf(process, 0))).isFalse();
    assertThat(guest.load(process, 9)).isEqualTo(5);
  }

  @Test
  void anEndedProcessGivesAllFramesBack() {
    int before = kernel.frames.freeFrames();
    UserProcess process = hugeProcess(6 * PAGES);
    for (long page = 0; page < 6 * PAGES; page += 300) {
      guest.store(process, page, page);
    }
    UserProcess child = kernel.fork(process, "c");
    guest.store(child, 3, 1);
    kernel.mappings().discard(child, HEAP + 2 * BLOCK, HEAP + 3 * BLOCK + PAGE);
    kernel.exit(process);
    assertThat(guest.load(child, 300)).isEqualTo(300);
    kernel.exit(child);
    assertThat(kernel.frames.freeFrames()).isEqualTo(before);
  }

  private UserProcess hugeProcess(long pages) {
    UserProcess process = guest.process("huge", pages);
    kernel.mappings().adviseHugePages(process, HEAP, HEAP + pages * PAGE);
    return process;
  }

  private void in(UserProcess process, Runnable body) {
    kernel.entry().service(process, body);
  }

  private static long leaf(UserProcess process, long page) {
    return process.tables().leaf(HEAP + page * PAGE);
  }

  private static boolean isHuge(UserProcess process, long page) {
    return GuestPte.isLarge(leaf(process, page));
  }

  private TreeSet<Long> softDirty(UserProcess process) {
    TreeSet<Long> pages = new TreeSet<>();
    in(
        process,
        () ->
            kernel
                .softDirty()
                .readPagemap(
                    process,
                    HEAP,
                    HEAP + BLOCK,
                    (gva, entry) -> {
                      if (PagemapEntry.isSoftDirty(entry)) {
                        pages.add((gva - HEAP) / PAGE);
                      }
                    }));
    return pages;
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

          @Override
          public void split(long start, long end) {
            told.add("split " + (start - HEAP) / PAGE);
            assertThat(GuestPte.isLarge(process.tables().leaf(start))).isTrue();
            assertThat(end).isEqualTo(start + BLOCK);
          }
        });
    return told;
  }
}
