package dev.ooh.tracking.core.internal;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Writers that stand still for one call of the core; law 8. They are stopped before the {@link
 * Gate} is entered, never by who holds it: another thread's stop, for whose end this one would
 * wait, may be that of a collector that waits for the gate. For one thread.
 */
final class WriterStop implements AutoCloseable {
  private final ExecutionContext execution;
  private final Duration limit;
  private @Nullable StoppedWriters stopped;
  private @Nullable WritersNotStoppedException refusal;

  /** By the context's clock: what was not accounted for yet. */
  private long since;

  /** Nobody is stopped before {@link #tryStop}. */
  WriterStop(ExecutionContext execution, Duration limit) {
    this.execution = execution;
    this.limit = limit;
  }

  /** Whether writers stand still, or can't be stopped. */
  boolean isTried() {
    return stopped != null || refusal != null;
  }

  /** Stops them unless that was tried already. Not for the gate's holder. */
  void tryStop() {
    if (isTried()) {
      return;
    }
    since = execution.nanoTime();
    try {
      stopped = execution.stopWriters(StopPoint.POLL, limit);
    } catch (WritersNotStoppedException e) {
      refusal = e;
    } catch (IllegalStateException e) { // the space ends, or is of another thread's machine
      refusal = new WritersNotStoppedException(String.valueOf(e.getMessage()));
    }
  }

  /** Whether writers stand still; nobody else's stop of them lasts then. */
  boolean standStill() {
    return stopped != null;
  }

  /** For the caller's next call: a refusal stands, as another would take as long to come. */
  WriterStop next() {
    return refusal != null ? this : new WriterStop(execution, limit);
  }

  /**
   * @throws WritersNotStoppedException if they don't stand still, saying why
   */
  void require() throws WritersNotStoppedException {
    WritersNotStoppedException why = refusal;
    if (why != null) {
      throw why;
    }
    if (stopped == null) {
      throw new WritersNotStoppedException("they were not to be stopped when this began");
    }
  }

  /** Nanoseconds by the context's clock for which they stood still, since the last call. */
  long takeNanos() {
    long from = since;
    since = execution.nanoTime();
    return since - from;
  }

  @Override
  public void close() {
    if (stopped != null) {
      stopped.close();
    }
  }
}
