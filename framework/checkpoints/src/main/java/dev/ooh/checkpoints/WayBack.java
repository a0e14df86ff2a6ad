package dev.ooh.checkpoints;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a technique that was left, for too much changed, is used again: after some checkpoints in a
 * row for which it would have done well. Each time that it has to be left once more, twice as many
 * are wanted, for every change of the technique has what the newest set holds read again. For one
 * thread.
 */
final class WayBack {
  private static final int FIRST = 3;
  private static final int MOST = 96;

  private @Nullable String left;
  private int wanted = FIRST;
  private int calm;
  private boolean wasLeft;

  /** The technique was left for one that makes writes dearer. */
  void left(String technique) {
    if (wasLeft) {
      wanted = Math.min(2 * wanted, MOST);
    }
    left = technique;
    wasLeft = true;
    calm = 0;
  }

  /** Whether there is a technique to go back to. */
  boolean isOpen() {
    return left != null;
  }

  /**
   * Of a checkpoint, while there is one to go back to.
   *
   * @param well whether the technique that was left would have done for it
   */
  void checkpoint(boolean well) {
    calm = well ? calm + 1 : 0;
  }

  /** The technique to use again now; it is not asked for a second time then. */
  Optional<String> due() {
    if (left == null || calm < wanted) {
      return Optional.empty();
    }
    Optional<String> technique = Optional.of(left);
    left = null;
    return technique;
  }
}
