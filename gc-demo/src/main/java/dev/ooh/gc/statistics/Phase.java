package dev.ooh.gc.statistics;

/** A part of a cycle: of its pause, or beside the program. */
public enum Phase {
  /** From asking the mutators to stop until all stand: the time to safepoint. */
  STOP("Stop", true, false),
  /** Choosing which pages to ask about. */
  PREPARE("Prepare", true, false),
  /** The technique's: asking it which pages changed. */
  FETCH("Fetch", true, true),
  /** Tracing, in a pause that does all of it. */
  MARK("Mark", true, false),
  /** Copying the roots from which a cycle beside the program goes on, in a young cycle's pause. */
  INITIAL_MARK("Initial Mark", true, false),
  /** Tracing beside the program from the roots of the initial mark. */
  CONCURRENT_MARK("Concurrent Mark", false, false),
  /** Tracing beside the program from what changed since; the young cycle before it apart. */
  CONCURRENT_PRECLEAN("Concurrent Preclean", false, false),
  /** Tracing what is left, in the last pause of a cycle beside the program. */
  FINAL_MARK("Final Mark", true, false),
  /** The technique's: the interval is done with. */
  COMMIT("Commit", true, true),
  SWEEP("Sweep", true, false),
  /** From the end of the work until mutators run. */
  RESUME("Resume", true, false);

  private final String label;
  private final boolean inPause;
  private final boolean ofTechnique;

  Phase(String label, boolean inPause, boolean ofTechnique) {
    this.label = label;
    this.inPause = inPause;
    this.ofTechnique = ofTechnique;
  }

  /** As logs and flight recordings name it. */
  public String label() {
    return label;
  }

  /** Whether the mutators stand still in it; else they run beside it. */
  public boolean isInPause() {
    return inPause;
  }

  /** Whether it is the technique's work, not the collector's. */
  public boolean isOfTechnique() {
    return ofTechnique;
  }
}
