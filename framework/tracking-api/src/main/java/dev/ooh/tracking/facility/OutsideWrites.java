package dev.ooh.tracking.facility;

/** Writes into the tracked process that none of its own threads make: a debugger, the kernel. */
public interface OutsideWrites {
  /** Writes as {@code process_vm_writev} does: by the kernel, through the process's page tables. */
  void write(long address, byte[] source, int offset, int length) throws FacilityException;
}
