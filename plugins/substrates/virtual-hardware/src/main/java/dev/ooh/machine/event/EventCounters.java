package dev.ooh.machine.event;

/**
 * The running counts of one virtual machine. Not thread-safe: only the thread that holds the
 * machine's baton counts, and {@link #counts()} is called at an instruction boundary.
 */
public final class EventCounters {
  private final long[] counts = new long[EventCounts.SIZE];

  /** Counts one {@code event}. */
  public void count(Event event) {
    counts[event.ordinal()]++;
  }

  /**
   * Counts {@code times} of {@code event}.
   *
   * @param times 0 or more
   */
  public void count(Event event, long times) {
    if (times < 0) {
      throw new IllegalArgumentException(
          "%s counted %d times: must be 0 or more".formatted(event.id(), times));
    }
    counts[event.ordinal()] += times;
  }

  /** How often {@code event} was counted so far. */
  public long get(Event event) {
    return counts[event.ordinal()];
  }

  /** The counts so far, as a value that later counting doesn't change. */
  public EventCounts counts() {
    return new EventCounts(counts.clone());
  }
}
