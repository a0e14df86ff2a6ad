package dev.ooh.machine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.vmx.Controls;
import dev.ooh.machine.vmx.ExitReason;
import dev.ooh.machine.vmx.InterruptionInformation;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsField;
import dev.ooh.machine.vmx.VmreadResult;
import dev.ooh.machine.vmx.VmxStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** VMREAD, VMWRITE and VMCALL in non-root mode, Intel SDM volume 3C, 25.10, 26.1.2 and 31.3. */
class VmxInstructionsTest {
  private static final VmcsField FIELD = VmcsField.PML_INDEX;
  private static final VmcsField WIDE = VmcsField.PML_ADDRESS;
  private static final VmcsField READ_ONLY = VmcsField.EXIT_REASON;

  private final TestMachine machine = new TestMachine(true);

  VmxInstructionsTest() {
    machine.cpu.loadThreadState(new ThreadState(0, 0));
    machine.vmm = exit -> machine.cpu.registers().setStatus(VmxStatus.SUCCEED);
  }

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void shadowedFieldIsReadAndWrittenWithoutAnExit() {
    Vmcs shadow = machine.enableShadowing(FIELD);
    assertThat(machine.cpu.vmwrite(FIELD, 0x12345)).isEqualTo(VmxStatus.SUCCEED);
    assertThat(shadow.read(FIELD)).as("cut to 16 bits").isEqualTo(0x2345);
    assertThat(machine.cpu.vmread(FIELD)).isEqualTo(new VmreadResult(VmxStatus.SUCCEED, 0x2345));
    assertThat(machine.vmcs.read(FIELD)).as("the VMM's VMCS").isZero();
    assertThat(machine.exits).isEmpty();
  }

  @Test
  void withoutShadowingEveryAccessExits() {
    machine.vmm =
        exit -> {
          GuestRegisters registers = machine.cpu.registers();
          assertThat(registers.rcx).isEqualTo(FIELD.encoding());
          if (exit.reason() == ExitReason.VMREAD) {
            registers.rax = 77;
          } else {
            assertThat(registers.rax).isEqualTo(5);
          }
          registers.setStatus(VmxStatus.SUCCEED);
        };
    assertThat(machine.cpu.vmread(FIELD)).isEqualTo(new VmreadResult(VmxStatus.SUCCEED, 77));
    assertThat(machine.cpu.vmwrite(FIELD, 5)).isEqualTo(VmxStatus.SUCCEED);
    assertThat(machine.exits)
        .extracting(VmExit::reason)
        .containsExactly(ExitReason.VMREAD, ExitReason.VMWRITE);
    assertThat(machine.count(Event.VMREAD_EXIT)).isEqualTo(1);
    assertThat(machine.count(Event.VMWRITE_EXIT)).isEqualTo(1);
  }

  @Test
  void fieldWhoseBitIsSetExits() {
    machine.enableShadowing(FIELD);
    machine.cpu.vmread(WIDE);
    machine.cpu.vmwrite(WIDE, 1);
    assertThat(machine.exits)
        .extracting(VmExit::reason)
        .containsExactly(ExitReason.VMREAD, ExitReason.VMWRITE);
  }

  @Test
  void encodingWithABitAboveBit14Exits() {
    machine.enableShadowing(FIELD);
    machine.cpu.vmread(1L << 15 | FIELD.encoding());
    machine.cpu.vmwrite(1L << 40 | FIELD.encoding(), 0);
    assertThat(machine.exits).hasSize(2);
  }

  @Test
  void exitComesBeforeThePrivilegeCheck() {
    machine.cpu.loadThreadState(ThreadState.USER);
    machine.cpu.vmread(FIELD);
    machine.cpu.vmwrite(FIELD, 1);
    assertThat(machine.exits).as("shadowing off").hasSize(2);
    machine.enableShadowing();
    machine.cpu.vmread(FIELD);
    assertThat(machine.exits).as("bit set").hasSize(3);
  }

  @Test
  void programsMayNotUseShadowedFields() {
    machine.enableShadowing(FIELD);
    machine.cpu.loadThreadState(ThreadState.USER);
    assertThatThrownBy(() -> machine.cpu.vmread(FIELD))
        .isInstanceOfSatisfying(GuestException.class, e -> assertThat(e.vector()).isEqualTo(13));
    assertThatThrownBy(() -> machine.cpu.vmwrite(FIELD, 1)).isInstanceOf(GuestException.class);
    assertThat(machine.exits).isEmpty();
  }

  @Test
  void withoutAShadowVmcsTheyFailInvalid() {
    machine.enableShadowing(FIELD);
    machine.vmcs.write(VmcsField.VMCS_LINK_POINTER, -1);
    assertThat(machine.cpu.vmread(FIELD).status()).isEqualTo(VmxStatus.FAIL_INVALID);
    assertThat(machine.cpu.vmwrite(FIELD, 1)).isEqualTo(VmxStatus.FAIL_INVALID);
  }

  @Test
  void unknownFieldFailsWithError12() {
    VmcsField unknown = new VmcsField(0x2FFE, "no such field");
    Vmcs shadow = machine.enableShadowing(unknown);
    assertThat(machine.cpu.vmread(unknown).status()).isEqualTo(VmxStatus.failValid(12));
    assertThat(shadow.read(VmcsField.VM_INSTRUCTION_ERROR)).isEqualTo(12);
    assertThat(machine.cpu.vmwrite(unknown, 1)).isEqualTo(VmxStatus.failValid(12));
  }

  @Test
  void writeToAReadOnlyFieldFailsWithError13() {
    Vmcs shadow = machine.enableShadowing(READ_ONLY);
    assertThat(machine.cpu.vmwrite(READ_ONLY, 1)).isEqualTo(VmxStatus.failValid(13));
    assertThat(shadow.read(VmcsField.VM_INSTRUCTION_ERROR)).isEqualTo(13);
    assertThat(machine.cpu.vmread(READ_ONLY).status()).isEqualTo(VmxStatus.SUCCEED);
  }

  @Test
  void highEncodingReachesTheUpperHalfOf64BitFieldsOnly() {
    Vmcs shadow = machine.enableShadowing(WIDE, FIELD);
    allowHigh(WIDE);
    allowHigh(FIELD);
    shadow.write(WIDE, 0x1111_1111_2222_2222L);
    long high = WIDE.encoding() | 1;
    assertThat(machine.cpu.vmread(high).value()).isEqualTo(0x1111_1111L);
    machine.cpu.vmwrite(high, 0x3333_3333L);
    assertThat(shadow.read(WIDE)).isEqualTo(0x3333_3333_2222_2222L);
    assertThat(machine.cpu.vmread(FIELD.encoding() | 1L).status())
        .isEqualTo(VmxStatus.failValid(12));
  }

  private void allowHigh(VmcsField field) {
    for (VmcsField bitmap : new VmcsField[] {VmcsField.VMREAD_BITMAP, VmcsField.VMWRITE_BITMAP}) {
      long word = machine.vmcs.read(bitmap) + (field.encoding() >>> 6) * 8L;
      long bit = 1L << (field.encoding() + 1 & 63);
      machine.memory.writeLong(word, machine.memory.readLong(word) & ~bit);
    }
  }

  @Test
  void vmcallCarriesArgumentsAndAResult() {
    machine.vmm =
        exit -> {
          GuestRegisters r = machine.cpu.registers();
          r.rax = r.rax * 1000 + r.rbx * 100 + r.rcx * 10 + r.rdx;
        };
    assertThat(machine.cpu.vmcall(1, 2, 3, 4)).isEqualTo(1234);
    assertThat(machine.vmcs.read(VmcsField.EXIT_REASON)).isEqualTo(18);
    assertThat(machine.count(Event.VMCALL_EXIT)).isEqualTo(1);
    assertThat(machine.count(Event.VM_EXIT)).isEqualTo(1);
  }

  @Test
  void vmmMayInjectAnException() {
    machine.vmm =
        exit ->
            machine.vmcs.write(
                VmcsField.ENTRY_INTERRUPTION_INFORMATION,
                InterruptionInformation.exception(InterruptionInformation.UNDEFINED_OPCODE));
    assertThatThrownBy(() -> machine.cpu.vmread(FIELD))
        .isInstanceOfSatisfying(GuestException.class, e -> assertThat(e.vector()).isEqualTo(6));
    machine.vmm = exit -> {};
    machine.cpu.vmcall(0, 0, 0, 0);
  }

  @Test
  void vmmThatEmulatesNothingLeavesAFailure() {
    machine.vmm = exit -> {};
    assertThat(machine.cpu.vmread(FIELD).status()).isEqualTo(VmxStatus.FAIL_INVALID);
  }

  @Test
  void guestCanNotRunWhileRootModeDoes() {
    machine.vmm = exit -> machine.cpu.directMap().read(0);
    assertThatThrownBy(() -> machine.cpu.vmcall(0, 0, 0, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("root mode");
    assertThat(machine.cpu.inRootMode()).isFalse();
  }

  @Test
  void entryRejectsALinkPointerToAnOrdinaryVmcs() {
    machine.enableShadowing(FIELD);
    Vmcs ordinary = Vmcs.allocate(machine.memory, machine.vmcs.layout(), false);
    machine.vmcs.write(VmcsField.VMCS_LINK_POINTER, ordinary.address());
    assertThatThrownBy(() -> machine.cpu.vmread(FIELD))
        .isInstanceOf(VmEntryFailure.class)
        .hasMessageContaining("VMCS link pointer");
    machine.vmcs.setBits(VmcsField.SECONDARY_CONTROLS, Controls.VMCS_SHADOWING, false);
    machine.cpu.vmread(FIELD);
  }
}
