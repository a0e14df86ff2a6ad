package dev.ooh.gc.testing;

import java.util.function.BooleanSupplier;

/** Tries again and again: so often at most, not so long, as a machine may be slow. */
public final class Repeat {
  private Repeat() {}

  /**
   * Does what brings {@code event} about until it has come.
   *
   * @param what comes then, for the message when it has not
   * @throws AssertionError if it has not come after so many tries
   */
  public static void until(BooleanSupplier event, String what, int most, Runnable action) {
    for (int times = 0; !event.getAsBoolean(); times++) {
      if (times == most) {
        throw new AssertionError("%s has not come after %d tries".formatted(what, most));
      }
      action.run();
    }
  }
}
