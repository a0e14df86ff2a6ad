package dev.ooh.gc.statistics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A time in which the collector kept mutators from running: in a pause, from the request to stop
 * on; or one that had to wait for memory.
 *
 * @param startNanos by the space's clock
 * @param nanos how long
 */
public record Pause(long startNanos, long nanos) {
  public long endNanos() {
    return startNanos + nanos;
  }

  /** The same times, those that overlap or touch as one, in order. */
  public static List<Pause> apart(List<Pause> pauses) {
    List<Pause> apart = new ArrayList<>();
    for (Pause next :
        pauses.stream().sorted(Comparator.comparingLong(Pause::startNanos)).toList()) {
      if (!apart.isEmpty() && next.startNanos <= apart.getLast().endNanos()) {
        Pause last = apart.removeLast();
        long end = Math.max(last.endNanos(), next.endNanos());
        apart.add(new Pause(last.startNanos, end - last.startNanos));
      } else {
        apart.add(next);
      }
    }
    return List.copyOf(apart);
  }

  /** What of it lies in none of {@code others}, in order. */
  List<Pause> without(List<Pause> others) {
    List<Pause> left = new ArrayList<>();
    long from = startNanos;
    for (Pause other : apart(others)) {
      if (from < Math.min(other.startNanos, endNanos())) {
        left.add(new Pause(from, Math.min(other.startNanos, endNanos()) - from));
      }
      from = Math.max(from, other.endNanos());
    }
    if (from < endNanos()) {
      left.add(new Pause(from, endNanos() - from));
    }
    return left;
  }
}
