package dev.ooh.gc.policy;

/** Is shown reference slots, and words of conservative objects. */
public interface SlotVisitor {
  /** The slots at the addresses {@code [from, to)}, all of one object; may be none. */
  void slots(long from, long to);

  /** The words from {@code from} on that end up to {@code to}, each a reference or not. */
  void words(long from, long to);
}
