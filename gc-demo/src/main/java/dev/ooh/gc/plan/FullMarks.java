package dev.ooh.gc.plan;

import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.HeapOptions.FullCycles;
import dev.ooh.gc.policy.Spaces;
import dev.ooh.gc.statistics.Cause;
import dev.ooh.gc.statistics.CollectorStatistics;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.CycleTimer;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.PageSet;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * The full cycles beside the program, one at a time, and who works on them: a thread of the
 * collector's own, which threads that allocate assist when it falls behind; or those alone, a slice
 * at a time. Under the heap's lock, but for what a {@link FullMark} and its thread call.
 */
final class FullMarks {
  /** Bytes traced in slices for one that is allocated: the heap grows by a quarter meanwhile. */
  private static final int TRACED_A_BYTE = 4;

  /** The same, at most, for a thread of the collector's own that has fallen behind. */
  private static final int ASSISTED_A_BYTE = 16;

  /**
   * Bytes traced in a slice at most: some hundred microseconds' work. A large object is worth
   * several slices.
   */
  private static final long MOST_TRACED = 128 << 10;

  private final ExecutionContext execution;
  private final ContextLock lock;
  private final CyclePauses pauses;
  private final CollectorStatistics statistics;
  private final Spaces spaces;
  private final Pacer pacer;
  private final FullCycles where;

  /** Whether full cycles have a thread of the collector's own. */
  private final boolean hasThread;

  private final SharedTrace trace;
  private @Nullable FullMark running;

  /** One that was given up, and whose thread may not have noticed yet. */
  private @Nullable FullMark cancelled;

  /** The thread that runs, or ran last, such a cycle. */
  private @Nullable ConcurrentMark thread;

  /**
   * @param lock the heap's
   */
  FullMarks(
      ExecutionContext execution,
      ContextLock lock,
      HeapOptions options,
      CyclePauses pauses,
      CollectorStatistics statistics,
      Spaces spaces,
      Pacer pacer) {
    this.execution = execution;
    this.lock = lock;
    this.pauses = pauses;
    this.statistics = statistics;
    this.spaces = spaces;
    this.pacer = pacer;
    where = options.fullCycles();
    hasThread = where == FullCycles.BESIDE;
    trace =
        new SharedTrace(pauses, lock, hasThread ? pauses.newCrew(options.markersBeside()) : null);
  }

  /**
   * Begins one.
   *
   * @return false when one runs already, or full cycles are pauses
   */
  boolean start(Cause cause) {
    boolean ending = cancelled != null && !cancelled.isOver();
    if (where == FullCycles.PAUSE || running != null || ending) {
      return false;
    }
    boolean sliced = where == FullCycles.INCREMENTAL;
    CycleTimer timer = statistics.begin(CycleKind.CONCURRENT, cause);
    FullMark started = new FullMark(this, lock, trace, timer, sliced);
    if (hasThread) {
      // First of all: the system may have no thread to give, and one when the next cycle is due.
      ConcurrentMark starting = new ConcurrentMark(this, execution, started);
      starting.start();
      thread = starting;
    }
    run(started);
    pacer.fullBegins(spaces.liveBytes(), execution.nanoTime());
    return true;
  }

  private void run(@Nullable FullMark cycle) {
    running = cycle;
    pauses.tell(cycle);
  }

  /** Whether one runs that has not marked everything yet. */
  boolean isMarking() {
    return running != null && !running.isMarked();
  }

  /** Gives up the one that runs, if one does. */
  void cancel() {
    if (running != null) {
      if (!running.isMarked()) {
        pacer.fullGivenUp(execution.nanoTime());
      }
      running.cancel();
      cancelled = hasThread ? running : null;
      run(null);
    }
  }

  /**
   * Traces in the thread that has allocated: as much as that is worth where the cycle has no thread
   * of its own, a slice, or with polls between as many as a large object needs; else as much as
   * that one is behind, a slice.
   *
   * @param bytes allocated since the last call
   * @throws IllegalStateException as {@link MarkSweep#collect} does
   */
  void assist(long bytes) {
    FullMark cycle = running;
    if (cycle == null || (hasThread && !cycle.isTracing())) {
      return;
    }
    if (pacer.isLate(spaces.liveBytes())) {
      cycle.hurry();
    }
    if (hasThread) {
      long behind = pacer.behind(spaces.liveBytes(), trace.readBytes());
      long most = Math.min(MOST_TRACED, bytes * ASSISTED_A_BYTE);
      if (behind > 0) {
        takeSlice(cycle, Math.min(behind, most));
      }
      return;
    }
    long owed = bytes * TRACED_A_BYTE;
    while (takeSlice(cycle, Math.min(owed, MOST_TRACED)) && owed > MOST_TRACED) {
      owed -= MOST_TRACED;
      execution.poll();
    }
  }

  /** Returns false when nothing is left to do for who assists. */
  private boolean takeSlice(FullMark cycle, long bytes) {
    long since = execution.nanoTime();
    boolean done = false;
    try {
      boolean more = hasThread ? cycle.assist(bytes) : step(cycle, bytes);
      done = true;
      return more;
    } finally {
      if (!done) {
        // Whatever was thrown, objects may be marked by now that nobody will search.
        pauses.distrust();
        cancel();
      }
      statistics.waited(since);
    }
  }

  private boolean step(FullMark cycle, long bytes) {
    boolean goesOn = false;
    try {
      goesOn = cycle.step(bytes);
    } catch (CancellationException | WritersNotStoppedException e) {
      pauses.refused(String.valueOf(e.getMessage()));
    } finally {
      if (!goesOn) {
        run(null);
      }
    }
    return goesOn;
  }

  /** Gives up the one that runs, and waits for its end. Not under the heap's lock. */
  void close() {
    FullMark last = running;
    if (last != null) {
      last.cancel();
    }
    ConcurrentMark ending = thread;
    if (ending != null) {
      ending.join();
    }
  }

  // ---- For the one that runs, and its thread --------------------------------------------------

  void clearSpare() {
    pauses.clearSpare();
  }

  /** A young cycle from whose roots {@code cycle} goes on beside the program. */
  PartialTrace initialMark(FullMark cycle, CycleTimer timer) throws WritersNotStoppedException {
    PartialTrace[] left = new PartialTrace[1];
    youngCycle(
        cycle,
        Cause.INITIAL_MARK,
        () -> {
          cycle.takeChanged();
          pauses.beginBeside(trace, timer);
          cycle.initialMark();
          left[0] = new PartialTrace(pauses.roots(), PageSet.empty());
        });
    return left[0];
  }

  /** A young cycle after which {@code cycle} goes on with what changed until then. */
  PartialTrace preclean(FullMark cycle) throws WritersNotStoppedException {
    PartialTrace[] left = new PartialTrace[1];
    youngCycle(
        cycle,
        Cause.PRECLEAN,
        () -> left[0] = new PartialTrace(pauses.roots(), cycle.takeChanged()));
    return left[0];
  }

  private void youngCycle(FullMark cycle, Cause cause, Runnable last)
      throws WritersNotStoppedException {
    lock.lock();
    try {
      cycle.checkCancelled();
      pauses.young(statistics.begin(CycleKind.YOUNG, cause), last);
    } finally {
      lock.unlock();
    }
  }

  /** The last pause of {@code cycle}, which takes effect with it. Under the heap's lock. */
  void finalMark(FullMark cycle, CycleTimer timer) throws WritersNotStoppedException {
    pauses.finalMark(cycle, trace, timer);
  }

  /** Sweeps a part of what the last cycle left; returns false when nothing is left. */
  boolean sweepSome() {
    lock.lock();
    try {
      return pauses.sweepSome();
    } finally {
      lock.unlock();
    }
  }

  void refused(String why) {
    pauses.refused(why);
  }

  void distrust() {
    pauses.distrust();
  }

  /** The thread of {@code cycle} does nothing more for it. */
  void ended(FullMark cycle) {
    lock.lock();
    try {
      cycle.end();
      if (running == cycle) {
        run(null);
      }
    } finally {
      lock.unlock();
    }
  }
}
