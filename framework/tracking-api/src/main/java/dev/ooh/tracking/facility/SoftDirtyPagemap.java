package dev.ooh.tracking.facility;

import dev.ooh.memory.PageSet;

/**
 * Classic soft-dirty tracking: {@code /proc/PID/pagemap} bit 55 and {@code clear_refs} (Linux
 * Documentation/admin-guide/mm/soft-dirty.rst). Reading and clearing are two steps and clearing is
 * process-wide, so a caller must stop the writers across both, and must read every range it watches
 * before it clears.
 */
public interface SoftDirtyPagemap {
  /** The pages of {@code ranges} whose soft-dirty bit is set. One pagemap entry is read a page. */
  PageSet readSoftDirty(PageSet ranges) throws FacilityException;

  /** Writes 4 to {@code clear_refs}: clears the bit of every page of the process and re-arms. */
  void clearSoftDirty() throws FacilityException;
}
