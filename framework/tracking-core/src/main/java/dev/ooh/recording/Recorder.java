package dev.ooh.recording;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingStatistics;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what the core learns of one address space after the other. For any thread: whoever
 * asks the core waits for the write of a block, and goes on where it fails; {@link #finish} tells.
 */
public final class Recorder implements TrackingObserver, Closeable {
  private final RecordingWriter writer;
  private @Nullable AddressSpace space;
  private @Nullable IOException failure;
  private long start;
  private long rearmNanos;
  private boolean named;

  /** Starts a recording in {@code file}, in place of what was there. */
  public Recorder(Path file) throws IOException {
    writer = new RecordingWriter(file);
  }

  /** From now on it is {@code next} that is recorded. */
  public synchronized void record(AddressSpace next, String experiment, String technique) {
    space = next;
    start = next.execution().nanoTime();
    named = false;
    write(new Block.Program(experiment, next.substrate(), technique));
  }

  /** What runs in the space; only the first call for each counts. */
  public synchronized void name(AddressSpace of, String application, String configuration) {
    if (of == space && !named) {
      named = true;
      write(new Block.Name(application, configuration));
    }
  }

  /** How long the work of one interval takes when nobody tracks it. */
  public synchronized void untracked(AddressSpace of, long nanosAnInterval) {
    if (of == space) {
      write(new Block.Untracked(nanosAnInterval));
    }
  }

  @Override
  public void works(
      AddressSpace of, Optional<String> technique, Map<String, TrackingStatistics> counts) {}

  @Override
  public synchronized void took(AddressSpace of, String technique, Phase phase, long nanos) {
    if (of == space && phase == Phase.REARM) {
      rearmNanos = nanos;
    }
  }

  @Override
  public void gathered(
      AddressSpace of, String technique, PageSet scan, PageSet arm, Gathered gathered) {
    // Simulated machines take the caller's turn to look at their clock: not under the monitor.
    long now = of.execution().nanoTime();
    if (arm.isEmpty() && gathered.reported().isEmpty() && gathered.lost().isEmpty()) {
      return; // the last look of a technique that goes: nothing seen, and nothing watched any more
    }
    boolean exact = gathered.unseen().isEmpty() && gathered.lost().isEmpty();
    PageSet written = gathered.lost().isEmpty() ? gathered.reported() : scan;
    synchronized (this) {
      if (of == space) {
        write(new Block.Writes(now - start, rearmNanos, scan, arm, written, exact));
        rearmNanos = 0;
      }
    }
  }

  @Override
  public synchronized void written(AddressSpace of, Optional<String> technique, long pages) {
    if (of == space) {
      write(new Block.Stored(pages));
    }
  }

  private void write(Block block) {
    if (failure == null) {
      try {
        writer.write(block);
      } catch (IOException e) {
        failure = e;
      }
    }
  }

  /**
   * Ends the recording as planned.
   *
   * @throws IOException if something could not be written
   */
  public synchronized void finish() throws IOException {
    write(new Block.End());
    space = null;
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public synchronized void close() throws IOException {
    space = null;
    writer.close();
  }
}
