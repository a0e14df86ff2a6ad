package dev.ooh.gc.statistics;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The latest times in which mutators had to wait, in order and apart from each other. Adding one
 * costs as much as it overlaps, however many there are.
 */
final class PauseHistory {
  private final int most;
  private final Deque<Pause> apart = new ArrayDeque<>();

  /**
   * @param most how many are kept; the oldest are forgotten
   */
  PauseHistory(int most) {
    this.most = most;
  }

  /**
   * Adds a time; those that overlap or touch become one.
   *
   * @param pause must not end before one that was added earlier
   * @return what of it lies in none that was added earlier, in order
   */
  List<Pause> add(Pause pause) {
    List<Pause> known = new ArrayList<>();
    while (!apart.isEmpty() && apart.getLast().endNanos() >= pause.startNanos()) {
      known.add(apart.removeLast());
    }
    long start = known.isEmpty() ? pause.startNanos() : known.getLast().startNanos();
    start = Math.min(start, pause.startNanos());
    apart.addLast(new Pause(start, pause.endNanos() - start));
    if (apart.size() > most) {
      apart.removeFirst();
    }
    return pause.without(known);
  }

  /** A copy. */
  List<Pause> pauses() {
    return List.copyOf(apart);
  }
}
