package dev.ooh.machine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.paging.EptEntry;
import dev.ooh.machine.paging.Eptp;
import dev.ooh.machine.paging.GuestPte;
import dev.ooh.machine.vmx.EptViolation;
import dev.ooh.machine.vmx.ExitReason;
import dev.ooh.machine.vmx.VmcsField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** EPT violations and misconfigurations, Intel SDM volume 3C, 29.3.3 and 28.2.1. */
class EptWalkerTest {
  private static final long GVA = 0x4000_0000L;
  private static final long FINAL = EptViolation.FINAL_ACCESS | EptViolation.LINEAR_ADDRESS_VALID;

  private final TestMachine machine = new TestMachine(true);
  private final long gpa = machine.map(GVA);

  @AfterEach
  void close() {
    machine.close();
  }

  private VmExit onlyExit() {
    assertThat(machine.exits).hasSize(1);
    return machine.exits.getFirst();
  }

  @Test
  void readOfAnUnmappedPageSaysSo() {
    long entry = machine.ept(gpa, 1);
    machine.setEpt(gpa, 1, 0);
    machine.vmm = exit -> machine.setEpt(gpa, 1, entry);
    machine.load(GVA + 0x123);
    assertThat(onlyExit())
        .isEqualTo(
            new VmExit(
                ExitReason.EPT_VIOLATION, FINAL | EptViolation.READ, gpa + 0x123, GVA + 0x123));
    assertThat(machine.vmcs.read(VmcsField.EXIT_REASON)).isEqualTo(48);
    assertThat(machine.vmcs.read(VmcsField.GUEST_PHYSICAL_ADDRESS)).isEqualTo(gpa + 0x123);
    assertThat(machine.vmcs.read(VmcsField.GUEST_LINEAR_ADDRESS)).isEqualTo(GVA + 0x123);
    assertThat(machine.count(Event.EPT_VIOLATION_EXIT)).isEqualTo(1);
  }

  @Test
  void writeToAReadOnlyPageTellsTheRightsOfTheEntries() {
    machine.clearEpt(gpa, 1, EptEntry.WRITE);
    machine.vmm = exit -> machine.setEpt(gpa, 1, machine.ept(gpa, 1) | EptEntry.WRITE);
    machine.store(GVA, 1);
    assertThat(onlyExit().qualification())
        .isEqualTo(FINAL | EptViolation.WRITE | EptViolation.READABLE | EptViolation.EXECUTABLE);
    assertThat(machine.peek(gpa)).isEqualTo(1);
  }

  @Test
  void whatATableLosesIsMissedByTheNextMissInItsBlock() {
    long next = machine.map(GVA + 4096);
    machine.load(GVA);
    assertThat(next >>> 21).isEqualTo(gpa >>> 21);
    machine.cpu.invlpg(GVA);
    machine.clearEpt(next, 2, EptEntry.WRITE);
    machine.cpu.invept();
    int before = machine.exits.size();
    machine.vmm = exit -> machine.setEpt(next, 2, machine.ept(next, 2) | EptEntry.WRITE);
    machine.store(GVA + 4096, 1);
    assertThat(machine.exits.size()).isGreaterThan(before);
    assertThat(machine.peek(next)).isEqualTo(1);
  }

  @Test
  void rightsOfAllLevelsAreCombined() {
    machine.clearEpt(gpa, 3, EptEntry.WRITE | EptEntry.EXECUTE);
    machine.vmm =
        exit -> machine.setEpt(gpa, 3, machine.ept(gpa, 3) | EptEntry.WRITE | EptEntry.EXECUTE);
    machine.load(GVA);
    // Tables lie behind the same entry, and the walk writes them.
    assertThat(machine.exits.getFirst().qualification() & 0x38).isEqualTo(EptViolation.READABLE);
  }

  @Test
  void walkOfPagingStructuresIsAReadAndAWriteThatIsNotFinal() {
    long table = machine.pteAddress(GVA, 1) & ~0xFFFL;
    machine.clearEpt(table, 1, EptEntry.WRITE);
    machine.vmm = exit -> machine.setEpt(table, 1, machine.ept(table, 1) | EptEntry.WRITE);
    machine.load(GVA);
    assertThat(onlyExit().qualification())
        .isEqualTo(
            EptViolation.READ
                | EptViolation.WRITE
                | EptViolation.READABLE
                | EptViolation.EXECUTABLE
                | EptViolation.LINEAR_ADDRESS_VALID);
    assertThat(onlyExit().guestPhysicalAddress()).isEqualTo(machine.pteAddress(GVA, 1));
  }

  @Test
  void withoutFlagsTheWalkReadsAndOnlyAFlagUpdateWrites() {
    try (TestMachine plain = new TestMachine(false)) {
      long page = plain.map(GVA);
      long table = plain.pteAddress(GVA, 1) & ~0xFFFL;
      plain.setPte(GVA, 1, plain.pte(GVA, 1) | GuestPte.ACCESSED);
      plain.clearEpt(table, 1, EptEntry.WRITE);
      plain.load(GVA);
      assertThat(plain.exits).isEmpty();

      plain.vmm =
          exit -> {
            assertThat(exit.qualification() & (EptViolation.READ | EptViolation.WRITE))
                .isEqualTo(EptViolation.WRITE);
            assertThat(exit.qualification() & EptViolation.FINAL_ACCESS).isZero();
            assertThat(plain.peek(page)).isZero();
            plain.setEpt(table, 1, plain.ept(table, 1) | EptEntry.WRITE);
          };
      plain.store(GVA, 1);
      assertThat(plain.exits).hasSize(1);
      assertThat(GuestPte.isDirty(plain.pte(GVA, 1))).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        EptEntry.WRITE | EptEntry.WRITE_BACK, // writable, not readable
        EptEntry.WRITE | EptEntry.EXECUTE | EptEntry.WRITE_BACK,
        EptEntry.EXECUTE | EptEntry.WRITE_BACK, // execute-only isn't reported
        EptEntry.ALL_RIGHTS | 2 << 3, // reserved memory types
        EptEntry.ALL_RIGHTS | 3 << 3,
        EptEntry.ALL_RIGHTS | 7 << 3,
        EptEntry.ALL_RIGHTS | EptEntry.WRITE_BACK | 1L << 46, // beyond the address width
        EptEntry.ALL_RIGHTS | EptEntry.WRITE_BACK | 1L << 51,
      })
  void misconfiguredLeaf(long entry) {
    long good = machine.ept(gpa, 1);
    machine.setEpt(gpa, 1, EptEntry.frame(good) | entry);
    machine.vmm = exit -> machine.setEpt(gpa, 1, good);
    machine.load(GVA);
    assertThat(onlyExit().reason()).isEqualTo(ExitReason.EPT_MISCONFIGURATION);
    assertThat(onlyExit().guestPhysicalAddress()).isEqualTo(gpa);
    assertThat(machine.count(Event.EPT_MISCONFIGURATION_EXIT)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 3, 2})
  void misconfiguredTableReference(int level) {
    long good = machine.ept(gpa, level);
    machine.setEpt(gpa, level, good | 1 << 3);
    machine.vmm = exit -> machine.setEpt(gpa, level, good);
    machine.load(GVA);
    assertThat(onlyExit().reason()).isEqualTo(ExitReason.EPT_MISCONFIGURATION);
  }

  @Test
  void gigabyteLeafIsMisconfigured() {
    long good = machine.ept(gpa, 3);
    machine.setEpt(gpa, 3, good | EptEntry.LARGE);
    machine.vmm = exit -> machine.setEpt(gpa, 3, good);
    machine.load(GVA);
    assertThat(onlyExit().reason()).isEqualTo(ExitReason.EPT_MISCONFIGURATION);
  }

  @Test
  void largeLeafWithAnOddFrameIsMisconfigured() {
    machine.setPte(GVA, 1, GuestPte.of(TestMachine.LARGE_GPA, TestMachine.USER_PAGE));
    long good = machine.ept(TestMachine.LARGE_GPA, 2);
    machine.setEpt(TestMachine.LARGE_GPA, 2, good | 1 << 12);
    machine.vmm = exit -> machine.setEpt(TestMachine.LARGE_GPA, 2, good);
    machine.load(GVA);
    assertThat(onlyExit().reason()).isEqualTo(ExitReason.EPT_MISCONFIGURATION);
  }

  @Test
  void accessedFlagsAreSetOnEveryLevelAndTheDirtyFlagOnTheLeafAlone() {
    machine.setPte(GVA, 1, GuestPte.of(TestMachine.LARGE_GPA + 0x3000, TestMachine.USER_PAGE));
    machine.store(GVA, 5);
    for (int level = 4; level >= 2; level--) {
      long entry = machine.ept(TestMachine.LARGE_GPA, level);
      assertThat(EptEntry.isAccessed(entry)).isTrue();
      assertThat(EptEntry.isDirty(entry)).isEqualTo(level == 2);
    }
    assertThat(machine.peek(TestMachine.LARGE_GPA + 0x3000)).isEqualTo(5);
  }

  @Test
  void violationChangesNoFlag() {
    machine.clearEpt(gpa, 1, EptEntry.WRITE);
    machine.vmm =
        exit -> {
          assertThat(machine.ept(gpa, 1) & (EptEntry.ACCESSED | EptEntry.DIRTY)).isZero();
          assertThat(machine.pte(GVA, 1) & (GuestPte.ACCESSED | GuestPte.DIRTY)).isZero();
          machine.setEpt(gpa, 1, machine.ept(gpa, 1) | EptEntry.WRITE);
        };
    machine.store(GVA, 1);
    assertThat(machine.exits).hasSize(1);
  }

  @Test
  void lostRightsHideInTheCacheUntilInvept() {
    machine.store(GVA, 1);
    machine.clearEpt(gpa, 1, EptEntry.WRITE);
    machine.store(GVA, 2);
    assertThat(machine.exits).isEmpty();
    machine.cpu.invept();
    machine.vmm = exit -> machine.setEpt(gpa, 1, machine.ept(gpa, 1) | EptEntry.WRITE);
    machine.store(GVA, 3);
    assertThat(machine.exits).hasSize(1);
  }

  @Test
  void remappedFrameIsSeenAfterInvept() {
    machine.store(GVA, 1);
    long frame = machine.memory.allocateFrame();
    machine.memory.writeLong(frame, 99);
    machine.setEpt(gpa, 1, EptEntry.page(frame, EptEntry.ALL_RIGHTS));
    assertThat(machine.load(GVA)).isEqualTo(1);
    machine.cpu.invept();
    assertThat(machine.load(GVA)).isEqualTo(99);
  }

  @Test
  void anotherEptRootMeansOtherMappings() {
    machine.store(GVA, 1);
    long other = machine.memory.allocateFrame();
    machine.vmm = exit -> machine.vmcs.write(VmcsField.EPT_POINTER, Eptp.of(machine.eptRoot, true));
    machine.vmcs.write(VmcsField.EPT_POINTER, Eptp.of(other, true));
    machine.cpu.poll();
    assertThat(machine.load(GVA)).isEqualTo(1);
    assertThat(machine.exits).hasSize(1);
  }

  @Test
  void directMapAccessIsFinal() {
    long entry = machine.ept(gpa, 1);
    machine.setEpt(gpa, 1, 0);
    machine.vmm = exit -> machine.setEpt(gpa, 1, entry);
    machine.cpu.directMap().write(gpa + 8, 4);
    assertThat(onlyExit())
        .isEqualTo(
            new VmExit(
                ExitReason.EPT_VIOLATION,
                FINAL | EptViolation.WRITE,
                gpa + 8,
                DirectMap.BASE + gpa + 8));
  }
}
