package dev.ooh.tracking.facility;

import dev.ooh.memory.AddressSpace;

/** Forks a tracked process. */
public interface Fork {
  /**
   * Forks. The child's memory equals the parent's and is not tracked; the parent's tracking goes on
   * and its listeners are told of {@linkplain AddressSpace.Listener#doubt doubt} where its
   * technique can't be sure. The caller closes the child.
   */
  AddressSpace fork(String childName) throws FacilityException;
}
