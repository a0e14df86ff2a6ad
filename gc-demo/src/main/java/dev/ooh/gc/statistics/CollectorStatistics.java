package dev.ooh.gc.statistics;

import dev.ooh.memory.ExecutionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Every cycle of a heap, and every time its mutators had to wait. Guarded by the heap's lock. */
public final class CollectorStatistics {
  /** Shorter ones are not told: the way into a pause and out of it. */
  private static final long LEAST_STALL = 100_000;

  private final ExecutionContext execution;
  private final CpuClock cpu;
  private final List<CycleListener> listeners = new ArrayList<>();
  private final Telling<CycleListener> telling = new Telling<>();
  private final List<CycleRecord> cycles = new ArrayList<>();
  private final List<Pause> stalls = new ArrayList<>();
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
    cycles.add(cycle);
    telling.tell(listeners, listener -> listener.ended(cycle));
  }

  /** Somebody has had to wait until now. */
  public void stalled(long sinceNanos) {
    Pause stall = new Pause(sinceNanos, execution.nanoTime() - sinceNanos);
    List<Pause> known = all().filter(pause -> pause.endNanos() > sinceNanos).toList();
    stalls.add(stall);
    for (Pause piece : stall.without(known)) {
      if (piece.nanos() >= LEAST_STALL) {
        telling.tell(listeners, listener -> listener.stalled(piece));
      }
    }
  }

  /** Every cycle so far, in the order of their ends; a copy. */
  public List<CycleRecord> cycles() {
    return List.copyOf(cycles);
  }

  /** Every time in which mutators had to wait, in order and apart from each other; a copy. */
  public List<Pause> pauses() {
    return Pause.apart(all().toList());
  }

  private Stream<Pause> all() {
    return Stream.concat(cycles.stream().map(CycleRecord::pause), stalls.stream());
  }
}
