package dev.ooh.library;

import dev.ooh.memory.AddressSpace;
import dev.ooh.recording.Recorder;
import dev.ooh.tracking.core.TrackingCore;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A program's page writes as they are written down, for {@code ooh replay}: each answer of the
 * technique, as {@link PageTracker#changes} asks for it. Safe for any thread.
 */
public final class Recording implements Closeable {
  /** Rows of a replay name one; a program has none that is known here. */
  private static final String CONFIGURATION = "own";

  private final TrackingCore core;
  private final AddressSpace space;
  private final Recorder recorder;

  private Recording(TrackingCore core, AddressSpace space, Recorder recorder) {
    this.core = core;
    this.space = space;
    this.recorder = recorder;
  }

  static Recording start(TrackingCore core, AddressSpace space, Path file, String name)
      throws IOException {
    Recorder recorder = new Recorder(file);
    recorder.record(space, "program", core.active(space).orElse("none"));
    recorder.name(space, name, CONFIGURATION);
    core.addObserver(recorder);
    return new Recording(core, space, recorder);
  }

  /**
   * Tells how long the work of one interval takes when nobody tracks it, against which a replay
   * compares what tracking costs. Without it a replay takes the time between two questions, which
   * has the cost of the recording in it.
   */
  public void untracked(Duration anInterval) {
    recorder.untracked(space, anInterval.toNanos());
  }

  /**
   * Ends the recording as planned; the tracking goes on.
   *
   * @throws IOException if something could not be written, now or before
   */
  @Override
  public void close() throws IOException {
    core.removeObserver(recorder);
    try (recorder) {
      recorder.finish();
    }
  }
}
