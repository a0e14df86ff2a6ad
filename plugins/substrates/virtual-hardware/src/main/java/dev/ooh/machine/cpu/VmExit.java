package dev.ooh.machine.cpu;

import dev.ooh.machine.vmx.ExitReason;

/**
 * A VM exit, with what the VMCS's exit-information fields say too.
 *
 * @param reason the basic exit reason
 * @param number the number of the reason
 * @param qualification the exit qualification, 0 where the reason has none
 * @param guestPhysicalAddress the GPA of an EPT violation or misconfiguration, else 0
 * @param guestLinearAddress the GVA whose access caused it; of an EPT violation only where {@link
 *     dev.ooh.machine.vmx.EptViolation#LINEAR_ADDRESS_VALID} is set
 */
public record VmExit(
    ExitReason reason,
    int number,
    long qualification,
    long guestPhysicalAddress,
    long guestLinearAddress) {
  /** An exit for a reason that the machine knows. */
  public VmExit(
      ExitReason reason, long qualification, long guestPhysicalAddress, long guestLinearAddress) {
    this(reason, reason.number(), qualification, guestPhysicalAddress, guestLinearAddress);
  }

  @Override
  public String toString() {
    return "%s (%d), qualification 0x%x, GPA 0x%x, GVA 0x%x"
        .formatted(reason, number, qualification, guestPhysicalAddress, guestLinearAddress);
  }
}
