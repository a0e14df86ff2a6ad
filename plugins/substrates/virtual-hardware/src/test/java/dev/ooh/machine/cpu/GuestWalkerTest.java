package dev.ooh.machine.cpu;

import static dev.ooh.machine.paging.PageFaultErrorCode.PRESENT;
import static dev.ooh.machine.paging.PageFaultErrorCode.RESERVED;
import static dev.ooh.machine.paging.PageFaultErrorCode.USER;
import static dev.ooh.machine.paging.PageFaultErrorCode.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.paging.GuestPte;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Guest page tables, Intel SDM volume 3A, 5.5 to 5.10. */
class GuestWalkerTest {
  private static final long GVA = 0x4000_0000L;
  private static final long LARGE_GVA = 0x8000_0000L;

  private final TestMachine machine = new TestMachine(true);
  private final long gpa = machine.map(GVA);
  private final List<Integer> codes = new ArrayList<>();

  @AfterEach
  void close() {
    machine.close();
  }

  /** Records the code of a fault and repairs the entry of {@code level} to {@code entry}. */
  private void repairOnFault(long gva, int level, long entry) {
    machine.kernel =
        (address, code) -> {
          assertThat(address).isEqualTo(gva);
          codes.add(code);
          machine.setPte(gva, level, entry);
        };
  }

  private void mapLarge() {
    machine.setPte(LARGE_GVA, 2, TestMachine.LARGE_GPA | TestMachine.USER_PAGE | GuestPte.LARGE);
  }

  @Test
  void missingPageFaultsWithTheKindOfAccess() {
    long entry = machine.pte(GVA, 1);
    machine.setPte(GVA, 1, 0);
    repairOnFault(GVA + 5, 1, entry);
    machine.store(GVA + 5, 1);
    machine.cpu.invlpg(GVA);
    machine.setPte(GVA, 1, 0);
    machine.load(GVA + 5);
    assertThat(codes).containsExactly(WRITE | USER, USER);
    assertThat(machine.count(Event.GUEST_PAGE_FAULT)).isEqualTo(2);
  }

  @Test
  void missingTableFaultsLikeAMissingPage() {
    long entry = machine.pte(GVA, 3);
    machine.setPte(GVA, 3, 0);
    repairOnFault(GVA, 3, entry);
    machine.load(GVA);
    assertThat(codes).containsExactly(USER);
  }

  @Test
  void writeToAReadOnlyPageFaultsInBothModes() {
    long entry = machine.pte(GVA, 1);
    machine.setPte(GVA, 1, entry & ~GuestPte.WRITABLE);
    machine.load(GVA);
    repairOnFault(GVA, 1, entry);
    machine.store(GVA, 1);
    machine.setPte(GVA, 1, entry & ~GuestPte.WRITABLE);
    machine.cpu.invlpg(GVA);
    machine.cpu.loadThreadState(new ThreadState(0, 0));
    machine.store(GVA, 2);
    assertThat(codes).containsExactly(PRESENT | WRITE | USER, PRESENT | WRITE);
  }

  @Test
  void aTableThatIsReplacedIsSeenByTheNextMissInItsBlock() {
    long other = GVA + 4096;
    long entry = machine.pte(GVA, 1);
    machine.map(other);
    machine.store(GVA, 1);
    long table = machine.guestFrame();
    long elsewhere = machine.guestFrame();
    machine.poke(table + GuestPte.index(other, 1) * 8L, elsewhere | TestMachine.USER_PAGE);
    machine.setPte(GVA, 2, table | TestMachine.USER_PAGE); // without an INVLPG
    machine.store(other, 7);
    assertThat(machine.peek(elsewhere)).isEqualTo(7);
    repairOnFault(GVA + 8192, 1, entry);
    machine.load(GVA + 8192);
    assertThat(codes).containsExactly(USER);
  }

  @Test
  void aRightThatATableLosesIsMissedByTheNextMissInItsBlock() {
    long other = GVA + 4096;
    machine.map(other);
    machine.store(GVA, 1);
    long entry = machine.pte(GVA, 3);
    machine.setPte(GVA, 3, entry & ~GuestPte.WRITABLE);
    repairOnFault(other, 3, entry);
    machine.store(other, 1);
    assertThat(codes).containsExactly(PRESENT | WRITE | USER);
  }

  @Test
  void rightsOfAllLevelsAreCombined() {
    long entry = machine.pte(GVA, 4);
    machine.setPte(GVA, 4, entry & ~GuestPte.WRITABLE);
    repairOnFault(GVA, 4, entry);
    machine.store(GVA, 1);
    assertThat(codes).containsExactly(PRESENT | WRITE | USER);
  }

  @Test
  void supervisorPageIsForTheKernelAndIsNeverCachedForPrograms() {
    long entry = machine.pte(GVA, 1);
    machine.setPte(GVA, 1, entry & ~GuestPte.USER);
    machine.cpu.loadThreadState(new ThreadState(0, 0));
    machine.store(GVA, 1);
    assertThat(machine.cache.readable(GVA, 1)).isZero();
    machine.cpu.loadThreadState(ThreadState.USER);
    repairOnFault(GVA, 1, entry);
    machine.load(GVA);
    assertThat(codes).containsExactly(PRESENT | USER);
  }

  @Test
  void reservedBitsFault() {
    long entry = machine.pte(GVA, 1);
    machine.setPte(GVA, 1, entry | 1L << 47);
    repairOnFault(GVA, 1, entry);
    machine.load(GVA);
    mapLarge();
    long large = machine.pte(LARGE_GVA, 2);
    machine.setPte(LARGE_GVA, 2, large | 1 << 13);
    repairOnFault(LARGE_GVA, 2, large);
    machine.load(LARGE_GVA);
    long third = machine.pte(GVA, 3);
    machine.cpu.invlpg(GVA);
    machine.setPte(GVA, 3, third | GuestPte.LARGE);
    repairOnFault(GVA, 3, third);
    machine.load(GVA);
    assertThat(codes).containsOnly(PRESENT | USER | RESERVED).hasSize(3);
  }

  @Test
  void readSetsAccessedFlagsAndWriteTheLeafsDirtyFlag() {
    machine.load(GVA);
    for (int level = 4; level >= 1; level--) {
      long flags = machine.pte(GVA, level) & (GuestPte.ACCESSED | GuestPte.DIRTY);
      assertThat(flags).as("level " + level).isEqualTo(GuestPte.ACCESSED);
    }
    machine.store(GVA, 1);
    for (int level = 4; level >= 1; level--) {
      assertThat(GuestPte.isDirty(machine.pte(GVA, level))).isEqualTo(level == 1);
    }
  }

  @Test
  void faultSetsNoDirtyFlag() {
    machine.setPte(GVA, 1, machine.pte(GVA, 1) & ~GuestPte.WRITABLE);
    machine.kernel =
        (gva, code) -> {
          assertThat(GuestPte.isDirty(machine.pte(GVA, 1))).isFalse();
          machine.setPte(GVA, 1, machine.pte(GVA, 1) | GuestPte.WRITABLE);
        };
    machine.store(GVA, 1);
    assertThat(machine.count(Event.GUEST_PAGE_FAULT)).isEqualTo(1);
  }

  @Test
  void clearedDirtyFlagStaysClearUntilInvlpg() {
    machine.store(GVA, 1);
    machine.clearPte(GVA, 1, GuestPte.DIRTY);
    machine.store(GVA, 2);
    assertThat(GuestPte.isDirty(machine.pte(GVA, 1))).isFalse();
    machine.cpu.invlpg(GVA);
    machine.store(GVA, 3);
    assertThat(GuestPte.isDirty(machine.pte(GVA, 1))).isTrue();
  }

  @Test
  void readOfACleanPageDoesNotCacheAWrite() {
    machine.load(GVA);
    assertThat(machine.cache.readable(GVA, 8)).isNotZero();
    assertThat(machine.cache.writable(GVA, 8)).isZero();
  }

  @Test
  void largePageReachesAllOfItAndInvlpgDropsAllOfIt() {
    mapLarge();
    machine.store(LARGE_GVA + 0x1F_F000, 1);
    machine.store(LARGE_GVA + 0x3008, 2);
    assertThat(machine.peek(TestMachine.LARGE_GPA + 0x1F_F000)).isEqualTo(1);
    assertThat(machine.peek(TestMachine.LARGE_GPA + 0x3008)).isEqualTo(2);
    assertThat(GuestPte.isDirty(machine.pte(LARGE_GVA, 2))).isTrue();
    machine.clearPte(LARGE_GVA, 2, GuestPte.DIRTY);
    machine.cpu.invlpg(LARGE_GVA + 0x10_0000);
    machine.store(LARGE_GVA + 0x3010, 3);
    assertThat(GuestPte.isDirty(machine.pte(LARGE_GVA, 2))).isTrue();
  }

  @Test
  void invlpgOfAnotherAddressSpaceAndCr3Load() {
    machine.store(GVA, 1);
    machine.cpu.invlpg(new TranslationCache(), GVA);
    assertThat(machine.cache.writable(GVA, 8)).isNotZero();
    machine.cpu.loadCr3(machine.root, new TranslationCache());
    assertThat(machine.cache.writable(GVA, 8)).isZero();
    assertThat(machine.cpu.cr3()).isEqualTo(machine.root);
    assertThat(machine.count(Event.CR3_LOAD)).isEqualTo(2);
  }

  @Test
  void pageMappedAfterAFaultNeedsNoInvalidation() {
    long entry = machine.pte(GVA, 1);
    machine.setPte(GVA, 1, 0);
    machine.kernel =
        (gva, code) -> {
          throw new IllegalStateException("no such page");
        };
    assertThatThrownBy(() -> machine.load(GVA)).hasMessage("no such page");
    assertThat(machine.cpu.privilegeLevel()).isEqualTo(3);
    machine.setPte(GVA, 1, entry);
    assertThat(machine.load(GVA)).isZero();
  }

  @Test
  void handlerRunsInSupervisorMode() {
    long entry = machine.pte(GVA, 1);
    machine.setPte(GVA, 1, 0);
    machine.kernel =
        (gva, code) -> {
          assertThat(machine.cpu.privilegeLevel()).isZero();
          machine.setPte(GVA, 1, entry);
        };
    machine.load(GVA);
    assertThat(machine.cpu.privilegeLevel()).isEqualTo(3);
  }

  @Test
  void handlerThatRepairsNothingIsStopped() {
    machine.setPte(GVA, 1, 0);
    machine.kernel = (gva, code) -> {};
    assertThatThrownBy(() -> machine.load(GVA))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("0x40000000")
        .hasMessageContaining("no access");
  }

  @Test
  void addressThatIsNotCanonicalIsAGeneralProtection() {
    assertThatThrownBy(() -> machine.load(0x0000_8000_0000_0000L))
        .isInstanceOfSatisfying(GuestException.class, e -> assertThat(e.vector()).isEqualTo(13));
  }

  @Test
  void accessAcrossPagesIsWholeOrNotAtAll() {
    long second = GVA + 4096;
    long secondGpa = machine.map(second);
    long edge = second - 3;
    machine.store(edge, 0x1122_3344_5566_7788L);
    assertThat(machine.load(edge)).isEqualTo(0x1122_3344_5566_7788L);
    assertThat(machine.peek(gpa + 4088) >>> 40).isEqualTo(0x66_7788L);
    assertThat(machine.peek(secondGpa) & 0xFF_FFFF_FFFFL).isEqualTo(0x11_2233_4455L);

    machine.setPte(GVA, 1, machine.pte(GVA, 1) & ~GuestPte.WRITABLE);
    machine.cpu.invlpg(GVA);
    machine.kernel =
        (gva, code) -> {
          throw new IllegalStateException("read-only");
        };
    assertThatThrownBy(() -> machine.store(edge, -1)).hasMessage("read-only");
    assertThat(machine.load(edge)).isEqualTo(0x1122_3344_5566_7788L);
  }

  @Test
  void accessAcrossPagesSurvivesAFaultHandlerThatRemapsTheOtherPage() {
    long second = GVA + 4096;
    machine.map(second);
    machine.setPte(GVA, 1, 0);
    long fresh = machine.guestFrame();
    machine.kernel =
        (gva, code) -> {
          machine.setPte(GVA, 1, GuestPte.of(gpa, TestMachine.USER_PAGE));
          machine.setPte(second, 1, GuestPte.of(fresh, TestMachine.USER_PAGE));
          machine.cpu.invlpg(second);
        };
    machine.store(second - 4, 0x0102_0304_0506_0708L);
    assertThat(machine.peek(fresh) & 0xFFFF_FFFFL).isEqualTo(0x0102_0304L);
  }

  @Test
  void closedMemoryThrowsAndIsNeverTouched() {
    machine.store(GVA, 1);
    machine.memory.close();
    assertThat(machine.cache.writable(GVA, 8)).isZero();
    assertThatThrownBy(() -> machine.store(GVA, 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> machine.cpu.directMap().read(gpa))
        .isInstanceOf(IllegalStateException.class);
  }
}
