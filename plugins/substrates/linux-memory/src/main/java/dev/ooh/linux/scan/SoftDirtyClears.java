package dev.ooh.linux.scan;

import dev.ooh.tracking.facility.FacilityException;

/**
 * How often this process's soft-dirty bits were cleared. A clearing is of the whole process,
 * whichever address space of whichever substrate object asked for it, so the count is the process's
 * too: {@link #OF_PROCESS} is the one static state here. Not counted is what others write to {@code
 * clear_refs}, such as another class loader's copy of this class. Safe for any thread.
 */
final class SoftDirtyClears {
  static final SoftDirtyClears OF_PROCESS = new SoftDirtyClears();

  private long count;

  /** Writes to {@code clear_refs}. */
  @FunctionalInterface
  interface Clearing {
    void clear() throws FacilityException;
  }

  /** Who asks for the count meanwhile waits, and is told of this clearing, too. */
  synchronized void clear(Clearing clearing) throws FacilityException {
    count++; // even if it fails: nobody knows how far it came
    clearing.clear();
  }

  synchronized long count() {
    return count;
  }
}
