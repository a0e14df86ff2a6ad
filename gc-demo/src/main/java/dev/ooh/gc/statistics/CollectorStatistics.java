package dev.ooh.gc.statistics;

import dev.ooh.memory.ExecutionContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The latest cycles of a heap, and the latest times in which its mutators had to wait. Guarded by
 * the heap's lock.
 */
public final class CollectorStatistics {
  /** Cycles that are kept: some fifteen megabytes. */
  public static final int KEPT_CYCLES = 20_000;

  /** Pauses that are kept: some three megabytes. */
  public static final int KEPT_PAUSES = 100_000;

  /**
   * Shorter ones are not told: the way into a pause and out of it; nor booked, when nothing was
   * collected: the heap's lock and a block's sweep.
   */
  private static final long LEAST_STALL = 100_000;

  private final ExecutionContext execution;
  private final CpuClock cpu;
  private final List<CycleListener> listeners = new ArrayList<>();
  private final Telling<CycleListener> telling = new Telling<>();
  private final Deque<CycleRecord> cycles = new ArrayDeque<>();
  private final PauseHistory pauses = new PauseHistory(KEPT_PAUSES);
  private long begun;

  public CollectorStatistics(ExecutionContext execution) {
    this.execution = execution;
    cpu = CpuClock.of(execution.simulatedTime());
  }

  /** From now on {@code listener} is told. */
  public void addListener(CycleListener listener) {
    listeners.add(listener);
  }

  /** A cycle begins. */
  public CycleTimer begin(CycleKind kind, Cause cause) {
    CycleTimer cycle = new CycleTimer(execution, cpu, ++begun, kind, cause);
    if (kind == CycleKind.CONCURRENT) {
      telling.tell(listeners, listener -> listener.concurrentBegins(cycle.number(), cause));
    }
    return cycle;
  }

  /** A cycle ended. */
  public void ended(CycleRecord cycle) {
    cycles.addLast(cycle);
    if (cycles.size() > KEPT_CYCLES) {
      cycles.removeFirst();
    }
    pauses.add(cycle.pause());
    telling.tell(listeners, listener -> listener.ended(cycle));
  }

  /** Somebody has waited until now, if that was long: for the lock, or while others swept. */
  public void waited(long sinceNanos) {
    if (execution.nanoTime() - sinceNanos >= LEAST_STALL) {
      stalled(sinceNanos);
    }
  }

  /**
   * Somebody has had to wait until now. What is booked already is not booked again: of waits within
   * a wait all may tell.
   */
  public void stalled(long sinceNanos) {
    for (Pause piece : pauses.add(new Pause(sinceNanos, execution.nanoTime() - sinceNanos))) {
      if (piece.nanos() >= LEAST_STALL) {
        telling.tell(listeners, listener -> listener.stalled(piece));
      }
    }
  }

  /** The last {@value #KEPT_CYCLES} cycles, in the order of their ends; a copy. */
  public List<CycleRecord> cycles() {
    return List.copyOf(cycles);
  }

  /**
   * The last {@value #KEPT_PAUSES} times in which mutators had to wait, in order and apart from
   * each other; a copy.
   */
  public List<Pause> pauses() {
    return pauses.pauses();
  }
}
