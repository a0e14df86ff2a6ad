package dev.ooh.checkpoints;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a technique that was left, for too much changed, is used again: after some checkpoints in a
 * row for which it would have done well. Each time that it is used again, or can't be, twice as
 * many are wanted the next time, for every change of the technique has what the newest set holds
 * read again. For one thread.
 */
final class WayBack {
  private static final int FIRST = 3;
  private static final int MOST = 24;

  private @Nullable String left;
  private int wanted = FIRST;
  private int calm;

  /** The technique was left for one that makes writes dearer. */
  void left(String technique) {
    left = technique;
    calm = 0;
  }

  /** Whether there is a technique to go back to. */
  boolean isOpen() {
    return left != null;
  }

  /** There is none any more, as another one is used by now. */
  void close() {
    left = null;
  }

  /**
   * A checkpoint is taken while there is one to go back to.
   *
   * @param isCalm whether the technique that was left would do for it
   * @return the technique to use again now
   */
  Optional<String> count(boolean isCalm) {
    calm = isCalm ? calm + 1 : 0;
    if (left == null || calm < wanted) {
      return Optional.empty();
    }
    calm = 0;
    wanted = Math.min(2 * wanted, MOST);
    return Optional.of(left);
  }
}
