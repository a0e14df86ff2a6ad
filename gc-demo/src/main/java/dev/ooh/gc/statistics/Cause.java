package dev.ooh.gc.statistics;

/** Why there was a cycle. */
public enum Cause {
  /** So much was allocated that a young cycle was due. */
  ALLOCATION("Allocation"),
  /** Old objects have doubled since the last full cycle. */
  OLD_DOUBLED("Old Objects Doubled"),
  /** There was no memory for an object. */
  ALLOCATION_FAILURE("Allocation Failure"),
  /** The same while a full cycle beside the program had not marked all, which was given up. */
  CONCURRENT_MODE_FAILURE("Concurrent Mode Failure"),
  /** Somebody asked for it. */
  REQUESTED("Requested"),
  /** A young cycle failed after it had marked something. */
  FAILED_CYCLE("Failed Cycle"),
  /** A full cycle beside the program begins with it. */
  INITIAL_MARK("Initial Mark"),
  /** A full cycle beside the program takes from it what changed meanwhile. */
  PRECLEAN("Preclean");

  private final String label;

  Cause(String label) {
    this.label = label;
  }

  /** As logs, flight recordings and meters name it. */
  public String label() {
    return label;
  }
}
