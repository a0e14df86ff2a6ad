package dev.ooh.testing.space;

import dev.ooh.memory.PageSet;

/**
 * Sees each store of a {@link TestMemory} as hardware does: in the thread that stores, as one step
 * with the store.
 */
@FunctionalInterface
public interface StoreListener {
  /** Bytes from {@code address} on were stored to. */
  void stored(long address, long length);

  /** The pages are gone, and with them whatever the hardware knew of them. */
  default void gone(PageSet pages) {}
}
