package dev.ooh.machine.extension;

import dev.ooh.machine.vmx.VmcsField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A feature that the standard processor lacks, such as logging guest-virtual addresses. All methods
 * run on the thread that executes the guest, between two steps of the current instruction; none may
 * block. An extension is attached to one processor at a time.
 */
public interface CpuExtension {
  /** The name, for messages. */
  String name();

  /**
   * The VMCS fields that the extension adds. Those for the guest live where its VMWRITE reaches
   * them: in the shadow VMCS. Those for root mode are {@linkplain CpuContext#control controls}.
   * Their encodings must differ from all others of the processor.
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
   * The final access of a translation writes to a page that an entry of its own, for 4 KiB, lets
   * the guest read and not write. Asked about each such write, as none is cached; never about the
   * processor's own accesses to paging structures.
   *
   * @param eptEntry the entry that maps the page
   * @param gpa of the first byte
   * @param bytes how many, 1 to 4096, within the page
   * @return null if the extension doesn't know of the page: an EPT violation then
   */
  default @Nullable WriteVerdict writesReadOnlyPage(long eptEntry, long gpa, int bytes) {
    return null;
  }

  /**
   * The EPT's mappings changed (INVEPT), so the HPAs that {@link CpuContext} gave are stale.
   * Translate them again when they are next needed, but not within this method, as root mode may be
   * executing.
   */
  default void eptInvalidated() {}
}
