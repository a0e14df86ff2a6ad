package dev.ooh.machine.cpu;

import dev.ooh.machine.vmx.VmxStatus;

/**
 * The general-purpose registers through which the guest and the VMM talk, and RFLAGS.
 *
 * <p>VMCALL: number in RAX, arguments in RBX, RCX, RDX, result in RAX. VMREAD is always {@code
 * VMREAD rax, rcx} and VMWRITE {@code VMWRITE rcx, rax}: the encoding in RCX, the value in RAX.
 */
public final class GuestRegisters {
  private static final long CARRY = 1;
  private static final long ZERO = 1 << 6;

  /** RAX. */
  public long rax;

  /** RBX. */
  public long rbx;

  /** RCX. */
  public long rcx;

  /** RDX. */
  public long rdx;

  /** RFLAGS; bit 1 is always set. */
  public long rflags = 2;

  private int error;

  GuestRegisters() {}

  /** Sets CF and ZF as a VMX instruction that ends with {@code status} does. */
  public void setStatus(VmxStatus status) {
    rflags &= ~(CARRY | ZERO);
    error = status.error();
    switch (status.kind()) {
      case SUCCEED -> {}
      case FAIL_INVALID -> rflags |= CARRY;
      case FAIL_VALID -> rflags |= ZERO;
    }
  }

  /** What CF and ZF say about the last VMX instruction. */
  public VmxStatus status() {
    if ((rflags & CARRY) != 0) {
      return VmxStatus.FAIL_INVALID;
    }
    return (rflags & ZERO) != 0 ? VmxStatus.failValid(error) : VmxStatus.SUCCEED;
  }
}
