package dev.ooh.machine.extension;

/** Serves VM exits of one reason, in root mode, with the guest stopped before the access. */
@FunctionalInterface
public interface ExitHandler {
  /**
   * Serves an exit, or leaves it to others. The guest makes its access again afterwards.
   *
   * @param qualification the exit qualification
   * @param gpa the VMCS's guest-physical address
   * @param gva the VMCS's guest-linear address
   * @return whether it was served
   */
  boolean handle(long qualification, long gpa, long gva);
}
