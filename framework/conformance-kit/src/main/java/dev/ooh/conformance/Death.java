package dev.ooh.conformance;

/** How a session dies in the middle of an interval, by no fault of the writes. */
public enum Death {
  /** The fetch throws before anything was drained. */
  BEFORE_THE_DRAIN,
  /** The fetch throws after the drain: what was drained is gone. */
  AFTER_THE_DRAIN,
  /** The fetch ends in a {@link LinkageError}: the bundle was uninstalled under it. */
  LINKAGE_ERROR,
  /** The fetch says honestly that it lost what it had gathered. */
  LOST
}
