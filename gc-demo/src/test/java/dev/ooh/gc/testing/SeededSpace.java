package dev.ooh.gc.testing;

import dev.ooh.testing.space.SeededExecution;
import dev.ooh.testing.space.TestSpace;

/**
 * The space of most tests here: its threads take turns as a seed says, so a run repeats exactly.
 */
public final class SeededSpace {
  /** A hand-over costs two switches of the processor's; at each poll, tests would take minutes. */
  private static final int POLLS = 16;

  private SeededSpace() {}

  public static TestSpace open() {
    return new TestSpace(new SeededExecution(1, POLLS));
  }
}
