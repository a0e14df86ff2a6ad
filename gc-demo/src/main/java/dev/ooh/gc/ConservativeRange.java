package dev.ooh.gc;

/**
 * Memory outside a {@link CollectedHeap} whose words may be references: those at multiples of eight
 * that are the address of any byte of an object keep it alive. Each pause reads all of them, as it
 * does roots, so the memory need not be tracked.
 */
public interface ConservativeRange extends AutoCloseable {
  /** The range holds no roots any more: before its memory goes. */
  @Override
  void close();
}
