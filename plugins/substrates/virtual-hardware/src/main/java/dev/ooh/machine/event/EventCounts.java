package dev.ooh.machine.event;

import java.util.Arrays;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/** Immutable counts of every {@link Event}: values that subtract (after minus before). */
public final class EventCounts {
  static final int SIZE = Event.values().length;

  private final long[] counts;

  EventCounts(long[] counts) {
    this.counts = counts;
  }

  /** How often {@code event} was counted. */
  public long get(Event event) {
    return counts[event.ordinal()];
  }

  /** What was counted between {@code earlier} and this. */
  public EventCounts minus(EventCounts earlier) {
    long[] difference = new long[SIZE];
    Arrays.setAll(difference, i -> counts[i] - earlier.counts[i]);
    return new EventCounts(difference);
  }

  /** Passes every event that was counted, in the order of {@link Event}. */
  public void forEachNonZero(ObjLongConsumer<Event> consumer) {
    for (Event event : Event.values()) {
      if (get(event) != 0) {
        consumer.accept(event, get(event));
      }
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EventCounts that && Arrays.equals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("EventCounts{");
    forEachNonZero((event, n) -> text.append(event.id()).append('=').append(n).append(' '));
    return text.toString().stripTrailing() + "}";
  }
}
