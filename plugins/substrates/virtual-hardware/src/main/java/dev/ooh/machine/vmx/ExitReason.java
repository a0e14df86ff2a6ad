package dev.ooh.machine.vmx;

/** Basic exit reasons (Intel SDM volume 3D, appendix C, table C-1) of this machine. */
public enum ExitReason {
  /** 1: an interrupt of the host, such as that of the timer by which it shares its processors. */
  EXTERNAL_INTERRUPT(1),
  /** 18: VMCALL. */
  VMCALL(18),
  /** 23: VMREAD with VMCS shadowing off or the field's bit set. */
  VMREAD(23),
  /** 25: VMWRITE with VMCS shadowing off or the field's bit set. */
  VMWRITE(25),
  /** 48: an access that the EPT doesn't allow. */
  EPT_VIOLATION(48),
  /** 49: an EPT entry with reserved bits or contradicting rights. */
  EPT_MISCONFIGURATION(49),
  /** 56: a write to the APIC that isn't virtualized (qualification: the register's offset). */
  APIC_WRITE(56),
  /** 62: the PML index was out of range when an accessed or dirty flag of the EPT was to be set. */
  PML_FULL(62),
  /** A reason that an extension of the processor adds; the exit has its number. */
  EXTENSION(-1);

  private final int number;

  ExitReason(int number) {
    this.number = number;
  }

  /** The number in bits 15:0 of the VMCS field "exit reason"; −1 for {@link #EXTENSION}. */
  public int number() {
    return number;
  }
}
