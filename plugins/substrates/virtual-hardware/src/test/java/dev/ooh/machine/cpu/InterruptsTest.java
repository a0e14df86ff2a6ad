package dev.ooh.machine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.vmx.Controls;
import dev.ooh.machine.vmx.ExitReason;
import dev.ooh.machine.vmx.InterruptionInformation;
import dev.ooh.machine.vmx.VmcsField;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Virtual interrupts, Intel SDM volume 3C, chapter 30. */
class InterruptsTest {
  private static final long GVA = 0x4000_0000L;

  private final TestMachine machine = new TestMachine(true);
  private final Vcpu cpu = machine.cpu;
  private final List<Integer> delivered = new ArrayList<>();

  @AfterEach
  void close() {
    machine.close();
  }

  private void handle(int vector) {
    cpu.setInterruptHandler(vector, () -> delivered.add(vector));
  }

  private int requested() {
    return (int) machine.vmcs.read(VmcsField.GUEST_INTERRUPT_STATUS) & 0xFF;
  }

  @Test
  void selfIpiIsDeliveredAtTheNextBoundaryWithoutAnExit() {
    machine.enableInterruptDelivery();
    handle(0x51);
    cpu.selfIpi(0x51);
    assertThat(delivered).isEmpty();
    assertThat(requested()).isEqualTo(0x51);
    cpu.poll();
    assertThat(delivered).containsExactly(0x51);
    assertThat(machine.vmcs.read(VmcsField.GUEST_INTERRUPT_STATUS)).isZero();
    assertThat(machine.exits).isEmpty();
    assertThat(machine.count(Event.SELF_IPI)).isEqualTo(1);
    assertThat(machine.count(Event.INTERRUPT)).isEqualTo(1);
    cpu.poll();
    assertThat(delivered).hasSize(1);
  }

  @Test
  void withoutVirtualInterruptDeliveryASelfIpiExits() {
    handle(0x51);
    machine.vmm =
        exit -> {
          assertThat(exit.reason()).isEqualTo(ExitReason.APIC_WRITE);
          assertThat(exit.qualification()).isEqualTo(0x3F0);
          cpu.requestInterrupt((int) cpu.registers().rax);
        };
    cpu.selfIpi(0x51);
    cpu.poll();
    assertThat(delivered).containsExactly(0x51);
    assertThat(machine.count(Event.APIC_WRITE_EXIT)).isEqualTo(1);
  }

  @Test
  void accessThatMissesIsABoundary() {
    machine.enableInterruptDelivery();
    machine.map(GVA);
    handle(0x51);
    cpu.selfIpi(0x51);
    machine.load(GVA);
    assertThat(delivered).containsExactly(0x51);
  }

  @Test
  void disabledInterruptsWaitAndNest() {
    machine.enableInterruptDelivery();
    handle(0x51);
    cpu.disableInterrupts();
    cpu.disableInterrupts();
    cpu.selfIpi(0x51);
    cpu.poll();
    cpu.enableInterrupts();
    assertThat(delivered).isEmpty();
    cpu.enableInterrupts();
    assertThat(delivered).containsExactly(0x51);
    assertThatThrownBy(cpu::enableInterrupts).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void higherVectorsComeFirst() {
    machine.enableInterruptDelivery();
    for (int vector : new int[] {0x31, 0x91, 0x45, 0xF0}) {
      handle(vector);
      cpu.selfIpi(vector);
    }
    cpu.poll();
    assertThat(delivered).containsExactly(0xF0, 0x91, 0x45, 0x31);
  }

  @Test
  void handlerRunsInSupervisorModeWithInterruptsDisabled() {
    machine.enableInterruptDelivery();
    handle(0x31);
    cpu.setInterruptHandler(
        0x91,
        () -> {
          assertThat(cpu.privilegeLevel()).isZero();
          cpu.selfIpi(0x31);
          cpu.poll();
          assertThat(delivered).isEmpty();
          delivered.add(0x91);
        });
    cpu.selfIpi(0x91);
    cpu.poll();
    assertThat(delivered).containsExactly(0x91, 0x31);
    assertThat(cpu.privilegeLevel()).isEqualTo(3);
  }

  @Test
  void lowerPriorityWaitsUntilTheEndOfAHandlerThatEnablesInterrupts() {
    machine.enableInterruptDelivery();
    handle(0x31);
    handle(0xA1);
    cpu.setInterruptHandler(
        0x91,
        () -> {
          cpu.selfIpi(0x31);
          cpu.selfIpi(0xA1);
          cpu.enableInterrupts();
          assertThat(delivered).containsExactly(0xA1);
          cpu.disableInterrupts();
          delivered.add(0x91);
        });
    cpu.selfIpi(0x91);
    cpu.poll();
    assertThat(delivered).containsExactly(0xA1, 0x91, 0x31);
  }

  @Test
  void postedInterruptsArriveWithoutAnExit() {
    machine.enableInterruptDelivery();
    machine.vmcs.write(
        VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, machine.memory.allocateFrame());
    machine.vmcs.setBits(VmcsField.PIN_BASED_CONTROLS, Controls.PROCESS_POSTED_INTERRUPTS, true);
    handle(0x61);
    handle(0xE3);
    cpu.requestInterrupt(0x61);
    cpu.requestInterrupt(0xE3);
    cpu.poll();
    assertThat(delivered).containsExactly(0xE3, 0x61);
    assertThat(machine.exits).isEmpty();
    assertThat(machine.count(Event.POSTED_INTERRUPT)).isEqualTo(1);
  }

  @Test
  void vmmInjectsWithTheEntry() {
    handle(0x70);
    machine.vmm =
        exit ->
            machine.vmcs.write(
                VmcsField.ENTRY_INTERRUPTION_INFORMATION, InterruptionInformation.interrupt(0x70));
    cpu.vmcall(0, 0, 0, 0);
    cpu.poll();
    assertThat(delivered).containsExactly(0x70);
    assertThat(machine.vmcs.read(VmcsField.ENTRY_INTERRUPTION_INFORMATION)).isZero();
  }

  @Test
  void vectorWithoutAHandlerIsNamed() {
    cpu.requestInterrupt(0x70);
    assertThatThrownBy(cpu::poll)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("vector 112");
    assertThatThrownBy(() -> cpu.requestInterrupt(8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("16 to 255");
  }

  @Test
  void postedInterruptsNeedVirtualInterruptDelivery() {
    machine.vmcs.setBits(VmcsField.PIN_BASED_CONTROLS, Controls.PROCESS_POSTED_INTERRUPTS, true);
    assertThatThrownBy(cpu::poll).isInstanceOf(VmEntryFailure.class);
  }
}
