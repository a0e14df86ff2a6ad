package dev.ooh.machine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.paging.EptEntry;
import dev.ooh.machine.paging.GuestPte;
import dev.ooh.machine.vmx.Controls;
import dev.ooh.machine.vmx.ExitReason;
import dev.ooh.machine.vmx.VmcsField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Page-modification logging, Intel SDM volume 3C, 29.3.5 and 29.3.6. */
class PageModificationLoggingTest {
  private static final long GVA = 0x4000_0000L;

  private final TestMachine machine = new TestMachine(true);
  private final long gpa = machine.map(GVA);

  @AfterEach
  void close() {
    machine.close();
  }

  /** Reads once, so that the tables' pages are dirty and what follows concerns the page alone. */
  private void warmUp() {
    machine.load(GVA);
  }

  @Test
  void writeLogsThe4KAlignedAddressAndStepsTheIndexDown() {
    warmUp();
    machine.enablePml(511);
    machine.store(GVA + 0x738, 1);
    assertThat(machine.logged()).containsExactly(gpa);
    assertThat(machine.pmlIndex()).isEqualTo(510);
    assertThat(machine.memory.readLong(machine.pmlPage + 511 * 8)).isEqualTo(gpa);
    assertThat(EptEntry.isDirty(machine.ept(gpa, 1))).isTrue();
  }

  @Test
  void pageIsLoggedOnce() {
    warmUp();
    machine.enablePml(511);
    machine.store(GVA, 1);
    machine.cpu.invept();
    machine.store(GVA + 8, 2);
    assertThat(machine.logged()).containsExactly(gpa);
    assertThat(machine.count(Event.PML_LOGGED)).isEqualTo(1);
  }

  @Test
  void readLogsNothingOfThePageItReads() {
    machine.enablePml(511);
    machine.load(GVA);
    assertThat(machine.logged()).doesNotContain(gpa);
    assertThat(EptEntry.isDirty(machine.ept(gpa, 1))).isFalse();
    assertThat(EptEntry.isAccessed(machine.ept(gpa, 1))).isTrue();
  }

  @Test
  void everyAccessOfTheWalkToAPagingStructureCountsAsAWrite() {
    machine.enablePml(511);
    // The guest's flags are set already, so the walk only reads the entries.
    for (int level = 4; level >= 1; level--) {
      machine.setPte(GVA, level, machine.pte(GVA, level) | GuestPte.ACCESSED | GuestPte.DIRTY);
    }
    machine.load(GVA);
    assertThat(machine.logged())
        .containsExactly(
            machine.root,
            machine.pteAddress(GVA, 3) & ~0xFFFL,
            machine.pteAddress(GVA, 2) & ~0xFFFL,
            machine.pteAddress(GVA, 1) & ~0xFFFL);
  }

  @Test
  void aTableThatIsArmedIsLoggedByTheNextMissInItsBlock() {
    machine.map(GVA + 4096);
    warmUp();
    long table = machine.pteAddress(GVA, 2) & ~0xFFFL;
    machine.clearEpt(table, 1, EptEntry.DIRTY);
    machine.cpu.invept();
    machine.enablePml(511);
    machine.load(GVA + 4096);
    assertThat(machine.logged()).containsExactly(table);
  }

  @Test
  void lastEntryWrapsTheIndexToFfffAndExitsOnlyWithTheNextFlag() {
    warmUp();
    long otherGva = GVA + 4096;
    long otherGpa = machine.map(otherGva);
    machine.enablePml(0);
    machine.store(GVA, 1);
    assertThat(machine.pmlIndex()).isEqualTo(0xFFFF);
    assertThat(machine.exits).isEmpty();

    machine.vmm =
        exit -> {
          assertThat(exit.reason()).isEqualTo(ExitReason.PML_FULL);
          assertThat(machine.vmcs.read(VmcsField.EXIT_REASON)).isEqualTo(62);
          // The access is not done and no flag of its EPT entries is set.
          assertThat(machine.peek(otherGpa)).isZero();
          assertThat(machine.ept(otherGpa, 1) & (EptEntry.ACCESSED | EptEntry.DIRTY)).isZero();
          machine.vmcs.write(VmcsField.PML_INDEX, 511);
        };
    machine.store(otherGva, 2);
    assertThat(machine.exits).hasSize(1);
    assertThat(machine.peek(otherGpa)).isEqualTo(2);
    // The known trap: the page whose access exited is in the new log.
    assertThat(machine.logged()).containsExactly(otherGpa);
    assertThat(machine.count(Event.PML_FULL_EXIT)).isEqualTo(1);
  }

  @Test
  void fullLogExitsAlsoWhenOnlyAnAccessedFlagIsToBeSet() {
    warmUp();
    long otherGva = GVA + 4096;
    long otherGpa = machine.map(otherGva);
    machine.enablePml(0xFFFF);
    machine.vmm =
        exit -> {
          assertThat(exit.reason()).isEqualTo(ExitReason.PML_FULL);
          assertThat(EptEntry.isAccessed(machine.ept(otherGpa, 1))).isFalse();
          machine.vmcs.write(VmcsField.PML_INDEX, 511);
        };
    machine.load(otherGva);
    assertThat(machine.exits).hasSize(1);
    assertThat(machine.logged()).isEmpty();
    assertThat(EptEntry.isAccessed(machine.ept(otherGpa, 1))).isTrue();
  }

  @Test
  void fullLogDoesNotExitWhenNoFlagIsToBeSet() {
    machine.store(GVA, 1);
    machine.cpu.invept();
    machine.enablePml(0xFFFF);
    machine.store(GVA, 2);
    assertThat(machine.exits).isEmpty();
  }

  @Test
  void indexOutOfRangeIsFullWhateverItIs() {
    warmUp();
    machine.enablePml(512);
    machine.vmm = exit -> machine.vmcs.write(VmcsField.PML_INDEX, 3);
    machine.store(GVA, 1);
    assertThat(machine.exits).extracting(VmExit::reason).containsExactly(ExitReason.PML_FULL);
    assertThat(machine.memory.readLong(machine.pmlPage + 3 * 8)).isEqualTo(gpa);
  }

  @Test
  void clearingTheControlStopsLogging() {
    warmUp();
    long otherGpa = machine.map(GVA + 4096);
    machine.enablePml(511);
    machine.store(GVA, 1);
    machine.vmcs.setBits(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_PML, false);
    machine.store(GVA + 4096, 1);
    assertThat(machine.logged()).containsExactly(gpa);
    assertThat(EptEntry.isDirty(machine.ept(otherGpa, 1))).isTrue();
  }

  @Test
  void largeEptLeafLogsOnceTheAccessedPage() {
    machine.setPte(GVA, 1, GuestPte.of(TestMachine.LARGE_GPA + 0x5000, TestMachine.USER_PAGE));
    long second = GVA + 4096;
    machine.setPte(second, 1, GuestPte.of(TestMachine.LARGE_GPA + 0x9000, TestMachine.USER_PAGE));
    warmUp();
    machine.enablePml(511);
    machine.store(GVA, 1);
    machine.store(second, 2);
    assertThat(machine.logged()).containsExactly(TestMachine.LARGE_GPA + 0x5000);
  }

  @Test
  void cachedDirtyTranslationHidesWritesUntilInvept() {
    warmUp();
    machine.enablePml(511);
    machine.store(GVA, 1);
    machine.clearEpt(gpa, 1, EptEntry.DIRTY);
    machine.store(GVA, 2);
    assertThat(machine.logged()).as("hidden").hasSize(1);
    machine.cpu.invept();
    machine.store(GVA, 3);
    assertThat(machine.logged()).containsExactly(gpa, gpa);
  }

  @Test
  void invlpgAloneDropsTheCombinedMappingButNotTheGuestPhysicalOne() {
    machine.enablePml(511);
    machine.store(GVA, 1);
    int index = machine.pmlIndex();
    machine.clearEpt(gpa, 1, EptEntry.DIRTY);
    machine.cpu.invlpg(GVA);
    machine.store(GVA, 2);
    assertThat(machine.pmlIndex()).isEqualTo(index);
  }

  @Test
  void kernelAccessesThroughTheDirectMapAreLogged() {
    machine.enablePml(511);
    machine.cpu.directMap().write(gpa + 16, 7);
    assertThat(machine.logged()).containsExactly(gpa);
    assertThat(machine.peek(gpa + 16)).isEqualTo(7);
  }

  @Test
  void withoutEptAccessedAndDirtyFlagsNothingIsLogged() {
    try (TestMachine plain = new TestMachine(false)) {
      long page = plain.map(GVA);
      plain.enablePml(511);
      plain.store(GVA, 1);
      assertThat(plain.logged()).isEmpty();
      assertThat(plain.ept(page, 1) & (EptEntry.ACCESSED | EptEntry.DIRTY)).isZero();
      assertThat(GuestPte.isDirty(plain.pte(GVA, 1))).isTrue();
    }
  }

  @Test
  void entryFailsWithoutEptAndWithAnUnalignedLog() {
    machine.vmcs.write(VmcsField.PML_ADDRESS, machine.pmlPage + 8);
    machine.vmcs.setBits(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_PML, true);
    assertThatThrownBy(() -> machine.load(GVA))
        .isInstanceOf(VmEntryFailure.class)
        .hasMessageContaining("PML address");
    assertThat(machine.vmcs.read(VmcsField.VM_INSTRUCTION_ERROR)).isEqualTo(7);
    machine.vmcs.write(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_PML);
    assertThatThrownBy(() -> machine.load(GVA))
        .isInstanceOf(VmEntryFailure.class)
        .hasMessageContaining("enable EPT");
  }
}
