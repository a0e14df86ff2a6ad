package dev.ooh.gc.plan;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ChangedPages;
import dev.ooh.memory.Interval;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;

/**
 * Where the collector asks which pages changed. Unwoven it says "all", and collection stays right.
 */
public final class ChangedPagesQuery implements IntervalSource {
  @Override
  @ChangedPages
  public Interval fetch(AddressSpace space, TrackingConsumer consumer, PageSet scan, PageSet arm) {
    return Interval.all(scan, "the collector's question is not woven");
  }
}
