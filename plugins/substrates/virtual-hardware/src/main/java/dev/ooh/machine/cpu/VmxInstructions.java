package dev.ooh.machine.cpu;

import dev.ooh.machine.vmx.ExitReason;
import dev.ooh.machine.vmx.InterruptionInformation;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsBitmap;
import dev.ooh.machine.vmx.VmcsField;
import dev.ooh.machine.vmx.VmreadResult;
import dev.ooh.machine.vmx.VmxStatus;
import org.jspecify.annotations.Nullable;

/** VMREAD, VMWRITE and VMCALL in non-root mode (Intel SDM volume 3C, 26.1.2 and 31.3). */
final class VmxInstructions {
  // "VM-exit instruction information" (table 28-14): a register operand (bit 10), Reg1 = RAX in
  // bits 6:3, Reg2 = RCX (1) in bits 31:28.
  private static final long RAX_AND_RCX = 1L << 10 | 1L << 28;
  private static final int HIGH_ACCESS = 1;

  private final Vmcs vmcs;
  private final ExecutionControls controls;
  private final Transitions transitions;
  private final GuestState state;
  private final ExtensionPort extensions;

  VmxInstructions(
      Vmcs vmcs,
      ExecutionControls controls,
      Transitions transitions,
      GuestState state,
      ExtensionPort extensions) {
    this.vmcs = vmcs;
    this.controls = controls;
    this.transitions = transitions;
    this.state = state;
    this.extensions = extensions;
  }

  VmreadResult vmread(long encoding) {
    transitions.beginInstruction();
    if (exits(controls.vmreadBitmap, encoding)) {
      state.registers().rcx = encoding;
      exit(ExitReason.VMREAD);
      VmxStatus status = state.registers().status();
      return new VmreadResult(status, status.succeeded() ? state.registers().rax : 0);
    }
    checkPrivilege("VMREAD");
    Vmcs shadow = controls.shadow;
    if (shadow == null) {
      return new VmreadResult(VmxStatus.FAIL_INVALID, 0);
    }
    VmcsField field = find(shadow, encoding);
    if (field == null) {
      return new VmreadResult(fail(shadow, VmxStatus.UNSUPPORTED_FIELD), 0);
    }
    long value = shadow.read(field);
    return new VmreadResult(VmxStatus.SUCCEED, isHigh(encoding) ? value >>> 32 : value);
  }

  VmxStatus vmwrite(long encoding, long value) {
    transitions.beginInstruction();
    if (exits(controls.vmwriteBitmap, encoding)) {
      state.registers().rcx = encoding;
      state.registers().rax = value;
      exit(ExitReason.VMWRITE);
      return state.registers().status();
    }
    checkPrivilege("VMWRITE");
    Vmcs shadow = controls.shadow;
    if (shadow == null) {
      return VmxStatus.FAIL_INVALID;
    }
    VmcsField field = find(shadow, encoding);
    if (field == null) {
      return fail(shadow, VmxStatus.UNSUPPORTED_FIELD);
    }
    if (field.isReadOnly()) {
      return fail(shadow, VmxStatus.READ_ONLY_FIELD);
    }
    long whole = isHigh(encoding) ? value << 32 | (shadow.read(field) & 0xFFFF_FFFFL) : value;
    shadow.write(field, extensions.guestWrites(field, whole));
    return VmxStatus.SUCCEED;
  }

  long vmcall(long number, long first, long second, long third) {
    transitions.beginInstruction();
    GuestRegisters registers = state.registers();
    registers.rax = number;
    registers.rbx = first;
    registers.rcx = second;
    registers.rdx = third;
    transitions.exit(new VmExit(ExitReason.VMCALL, 0, 0, 0));
    return registers.rax;
  }

  /** The exit comes before every other check, that of the privilege included. */
  private static boolean exits(@Nullable VmcsBitmap bitmap, long encoding) {
    return bitmap == null || bitmap.exits(encoding);
  }

  private void exit(ExitReason reason) {
    vmcs.write(VmcsField.EXIT_INSTRUCTION_INFORMATION, RAX_AND_RCX);
    // A VMM that does nothing leaves VMfailInvalid, never a stale success.
    state.registers().setStatus(VmxStatus.FAIL_INVALID);
    transitions.exit(new VmExit(reason, 0, 0, 0));
  }

  private void checkPrivilege(String instruction) {
    if (state.privilegeLevel() > 0) {
      throw new GuestException(
          InterruptionInformation.GENERAL_PROTECTION,
          "%s at privilege level %d, wanted 0".formatted(instruction, state.privilegeLevel()));
    }
  }

  /** Bit 0 asks for the high half, which only 64-bit fields have. */
  private static @Nullable VmcsField find(Vmcs vmcs, long encoding) {
    VmcsField field = vmcs.layout().find(encoding & ~(long) HIGH_ACCESS);
    boolean valid =
        field != null && (!isHigh(encoding) || field.width() == VmcsField.Width.BITS_64);
    return valid ? field : null;
  }

  private static boolean isHigh(long encoding) {
    return (encoding & HIGH_ACCESS) != 0;
  }

  private static VmxStatus fail(Vmcs shadow, int error) {
    shadow.write(VmcsField.VM_INSTRUCTION_ERROR, error);
    return VmxStatus.failValid(error);
  }
}
