package dev.ooh.machine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.paging.EptEntry;
import dev.ooh.machine.paging.GuestPte;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsField;
import dev.ooh.machine.vmx.VmxStatus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an extension of the processor is told and may do. */
class CpuExtensionTest {
  private static final long GVA = 0x4000_0000L;

  private final TestMachine machine = new TestMachine(true);
  private final long gpa = machine.map(GVA);
  private final long logPage = machine.guestFrame();
  private final GvaLog log = new GvaLog();
  private Vmcs shadow = machine.vmcs;

  @AfterEach
  void close() {
    machine.close();
  }

  private void start() {
    machine.cpu.addExtension(log);
    machine.enableInterruptDelivery();
    shadow = machine.enableShadowing(GvaLog.ADDRESS, GvaLog.INDEX);
    machine.cpu.loadThreadState(new ThreadState(0, 0));
    assertThat(machine.cpu.vmwrite(GvaLog.ADDRESS, logPage)).isEqualTo(VmxStatus.SUCCEED);
    machine.cpu.loadThreadState(ThreadState.USER);
  }

  private List<Long> logged() {
    List<Long> gvas = new ArrayList<>();
    for (long i = 0; i < shadow.read(GvaLog.INDEX); i++) {
      gvas.add(machine.peek(logPage + i * 8));
    }
    return gvas;
  }

  @Test
  void gpaThatTheGuestWritesBecomesAnHpa() {
    start();
    assertThat(shadow.read(GvaLog.ADDRESS)).isEqualTo(machine.hpa(logPage)).isNotEqualTo(logPage);
    assertThat(machine.exits).isEmpty();
  }

  @Test
  void finalWriteIsToldOnceUntilTheFlagIsClearedAndTheTranslationDropped() {
    start();
    machine.load(GVA);
    assertThat(logged()).isEmpty();
    machine.store(GVA + 8, 1);
    machine.store(GVA + 16, 2);
    machine.cpu.invlpg(GVA);
    machine.store(GVA + 24, 3);
    assertThat(logged()).containsExactly(GVA + 8);
    machine.clearPte(GVA, 1, GuestPte.DIRTY);
    machine.store(GVA + 32, 4);
    assertThat(logged()).as("hidden by the cached translation").hasSize(1);
    machine.cpu.invlpg(GVA);
    machine.store(GVA + 40, 5);
    assertThat(logged()).containsExactly(GVA + 8, GVA + 40);
  }

  @Test
  void walkAccessesAndPhysicalAccessesAreNeverTold() {
    start();
    machine.enablePml(511);
    machine.load(GVA);
    machine.cpu.directMap().write(gpa, 1);
    assertThat(machine.logged()).as("GPAs of the walk").isNotEmpty();
    assertThat(logged()).isEmpty();
  }

  @Test
  void bothLogsAreIndependent() {
    start();
    machine.load(GVA);
    machine.enablePml(511);
    machine.store(GVA, 1);
    assertThat(machine.logged()).containsExactly(gpa);
    assertThat(logged()).containsExactly(GVA);
    machine.clearPte(GVA, 1, GuestPte.DIRTY);
    machine.cpu.invlpg(GVA);
    machine.store(GVA, 2);
    assertThat(machine.logged()).containsExactly(gpa);
    assertThat(logged()).containsExactly(GVA, GVA);
  }

  @Test
  void selfIpiReachesTheGuestWithoutAnExit() {
    start();
    List<Integer> atInterrupt = new ArrayList<>();
    machine.cpu.setInterruptHandler(GvaLog.VECTOR, () -> atInterrupt.add(logged().size()));
    for (int i = 0; i < 3; i++) {
      machine.map(GVA + 0x10000 + i * 4096L);
      machine.store(GVA + 0x10000 + i * 4096L, i);
    }
    assertThat(atInterrupt).as("the third store is one instruction").isEmpty();
    machine.cpu.poll();
    assertThat(atInterrupt).containsExactly(3);
    assertThat(machine.exits).isEmpty();
    assertThat(machine.count(Event.SELF_IPI)).isEqualTo(1);
  }

  @Test
  void remappedLogPageIsTranslatedAgain() {
    start();
    long oldHpa = machine.hpa(logPage);
    long fresh = machine.memory.allocateFrame();
    machine.setEpt(logPage, 1, EptEntry.page(fresh, EptEntry.ALL_RIGHTS));
    machine.cpu.invept();
    machine.memory.freeFrame(oldHpa);
    machine.store(GVA, 1);
    assertThat(machine.memory.readLong(fresh)).isEqualTo(GVA);
    assertThat(shadow.read(GvaLog.ADDRESS)).isEqualTo(fresh);
  }

  @Test
  void violationOfTheLogPageExitsAndTheStoreIsDoneOnceAndLoggedOnce() {
    start();
    machine.load(GVA);
    machine.setEpt(logPage, 1, 0);
    machine.cpu.invept();
    long freshData = machine.memory.allocateFrame();
    machine.vmm =
        exit -> {
          assertThat(exit.guestPhysicalAddress()).isEqualTo(logPage);
          machine.setEpt(
              logPage, 1, EptEntry.page(machine.memory.allocateFrame(), EptEntry.ALL_RIGHTS));
          // The VMM also moves the page that the store is for: the first translation is stale.
          machine.setEpt(gpa, 1, EptEntry.page(freshData, EptEntry.ALL_RIGHTS));
          machine.cpu.invept();
        };
    machine.store(GVA, 42);
    assertThat(machine.exits).hasSize(1);
    assertThat(machine.memory.readLong(freshData)).isEqualTo(42);
    assertThat(logged()).containsExactly(GVA);
  }

  @Test
  void withoutAShadowVmcsNothingIsTold() {
    start();
    machine.vmcs.write(VmcsField.VMCS_LINK_POINTER, -1);
    machine.store(GVA, 1);
    assertThat(machine.count(Event.GUEST_PML_LOGGED)).isZero();
  }

  @Test
  void detachedExtensionIsToldNothingAndMayComeBack() {
    start();
    machine.cpu.removeExtension(log);
    machine.store(GVA, 1);
    assertThat(logged()).isEmpty();
    machine.cpu.addExtension(log);
    assertThatThrownBy(() -> machine.cpu.addExtension(log))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("GVA log");
  }

  @Test
  void fieldMayNotTakeTheEncodingOfAnother() {
    assertThatThrownBy(() -> machine.vmcs.layout().add(new VmcsField(0x200E, "something else")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PML address");
  }
}
