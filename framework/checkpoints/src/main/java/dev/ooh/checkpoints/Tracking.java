package dev.ooh.checkpoints;

import dev.ooh.library.PageTracker;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TrackingException;
import org.jspecify.annotations.Nullable;

/**
 * Begins to track a program's segments, by the technique that is wanted: at once, or before the
 * first checkpoint of a program that was restored lazily. For one thread at a time.
 */
final class Tracking {
  private final CheckpointOptions options;
  private final Segments segments;
  private final CopyChoice choice;
  private @Nullable PageTracker tracker;
  private boolean begun;

  Tracking(CheckpointOptions options, Segments segments, CopyChoice choice) {
    this.options = options;
    this.segments = segments;
    this.choice = choice;
  }

  /**
   * Begins, unless that was done; what is not tracked any more is again.
   *
   * @param opened run when the tracker is there, once
   * @throws TrackingException if that can't be; it may be tried again then
   */
  void begin(Runnable opened) throws TrackingException {
    PageTracker by = tracker;
    if (by == null) {
      by = PageTracker.track(SpaceOptions.named(options.name()));
      tracker = by;
      opened.run();
    }
    segments.track(by);
    if (!begun) {
      choice.begin();
      begun = true;
    }
  }

  void end() {
    if (tracker != null) {
      tracker.close();
    }
  }
}
