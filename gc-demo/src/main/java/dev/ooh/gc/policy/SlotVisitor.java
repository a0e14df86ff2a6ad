package dev.ooh.gc.policy;

/** Is shown reference slots. */
@FunctionalInterface
public interface SlotVisitor {
  /** The slots at the addresses {@code [from, to)}, all of one object; may be none. */
  void slots(long from, long to);
}
