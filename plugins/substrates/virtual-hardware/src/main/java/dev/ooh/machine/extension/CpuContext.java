package dev.ooh.machine.extension;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.vmx.VmcsField;

/** What the processor lets a {@link CpuExtension} do, from within its methods. */
public interface CpuContext {
  /**
   * Whether the guest has the extension's fields: VMCS shadowing is on and there is a shadow VMCS.
   * While false, {@link #read} and {@link #write} throw.
   */
  boolean hasFields();

  /** The value of one of the extension's fields. */
  long read(VmcsField field);

  /** Stores one of the extension's fields, cut to its width. */
  void write(VmcsField field, long value);

  /** The value of a field of the current VMCS, which root mode writes. */
  long control(VmcsField field);

  /**
   * Translates a GPA through the EPT as a write of the guest, with all that belongs to it: the
   * EPT's accessed and dirty flags are set and logged, and an EPT violation exits until the VMM has
   * resolved it. The HPA is good until {@link CpuExtension#eptInvalidated}.
   *
   * @return the HPA
   */
  long translateForWrite(long gpa);

  /** Loads eight bytes at {@code hpa}, aligned to 8, past the EPT, as the walk of a table does. */
  long loadHostPhysical(long hpa);

  /**
   * Stores eight bytes at {@code hpa}, aligned to 8, past the EPT, as the processor's own logs do.
   */
  void storeHostPhysical(long hpa, long value);

  /**
   * Sends an interrupt to this processor, as a guest's self-IPI (Intel SDM volume 3C, 30.1.5):
   * delivered without an exit at a later instruction boundary with interrupts enabled.
   *
   * @param vector 16 to 255
   */
  void selfIpi(int vector);

  /** Counts one {@code event}. */
  void count(Event event);
}
