package dev.ooh.memory;

/** Answers which pages changed. The core implements it; woven consumers are linked to it. */
@FunctionalInterface
public interface IntervalSource {
  /**
   * Fetches what was written to {@code scan} since this consumer's last interval and re-arms, so
   * that a write after this call is seen by the next one. Copy pages only after it returns.
   *
   * @param consumer who asks; obtained from {@code space}
   * @param scan what to report on; parts that are not mapped are ignored
   * @param arm what to leave armed, within {@code scan}; a page left unarmed counts as changed for
   *     every consumer that watches it
   * @throws IllegalArgumentException if {@code consumer} is not of {@code space}, or {@code arm} is
   *     not within {@code scan}
   */
  Interval fetch(AddressSpace space, TrackingConsumer consumer, PageSet scan, PageSet arm);
}
