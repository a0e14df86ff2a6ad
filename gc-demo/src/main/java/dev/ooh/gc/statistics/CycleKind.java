package dev.ooh.gc.statistics;

/** What a cycle decides about, and how. */
public enum CycleKind {
  /** About young objects, in a pause. */
  YOUNG("Pause Young", "young"),
  /** About all objects, in a pause. */
  FULL("Pause Full", "full"),
  /** About all objects, beside the program but for a last pause. */
  CONCURRENT("Pause Final Mark", "concurrent");

  private final String pauseLabel;
  private final String label;

  CycleKind(String pauseLabel, String label) {
    this.pauseLabel = pauseLabel;
    this.label = label;
  }

  /** Its pause, as logs and flight recordings name it. */
  public String pauseLabel() {
    return pauseLabel;
  }

  /** One word, as meters name it. */
  public String label() {
    return label;
  }
}
