package dev.ooh.machine.extension;

import dev.ooh.machine.vmx.VmcsField;
import java.util.List;

/**
 * A feature that the standard processor lacks, such as logging guest-virtual addresses. All methods
 * run on the thread that executes the guest, between two steps of the current instruction; none may
 * block. An extension is attached to one processor at a time.
 */
public interface CpuExtension {
  /** The name, for messages. */
  String name();

  /**
   * The VMCS fields that the extension adds. They live where the guest's VMWRITE reaches them: in
   * the shadow VMCS. Their encodings must differ from all others of the processor.
   */
  List<VmcsField> fields();

  /** The extension became part of {@code cpu}, which stays the same until {@link #detach}. */
  void attach(CpuContext cpu);

  /** The extension is no longer part of the processor. */
  void detach();

  /**
   * The guest executes a VMWRITE to one of {@link #fields()} that the bitmap allows. To turn a GPA
   * that the guest gives into an HPA, use {@link CpuContext#translateForWrite}.
   *
   * @return the value to store in the field
   */
  default long guestWrites(VmcsField field, long value) {
    return value;
  }

  /**
   * A translation's final access set the dirty flag of the guest's page-table entry. Never called
   * for the processor's own accesses to paging structures, nor for a flag that was set already.
   * Called before the store is visible; the store follows unless the translation faults.
   *
   * @param gva the guest-virtual address of the access, not aligned
   */
  void dirtyFlagSet(long gva);

  /**
   * The EPT's mappings changed (INVEPT), so the HPAs that {@link CpuContext} gave are stale.
   * Translate them again when they are next needed, but not within this method, as root mode may be
   * executing.
   */
  default void eptInvalidated() {}
}
