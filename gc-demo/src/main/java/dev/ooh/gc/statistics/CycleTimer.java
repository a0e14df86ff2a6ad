package dev.ooh.gc.statistics;

import dev.ooh.gc.flight.CycleEvents;
import dev.ooh.memory.ExecutionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Times one cycle, phase by phase, and shows it in flight recordings. For the thread that collects,
 * but for {@link #help}.
 */
public final class CycleTimer {
  private final ExecutionContext execution;
  private final CpuClock cpu;
  private final long number;
  private final CycleKind kind;
  private final Cause cause;
  private final CycleEvents events;
  private final List<PhaseTime> phases = new ArrayList<>();
  private final LongAdder helped = new LongAdder();
  private @Nullable Phase phase;

  /** Whether the phase is the last one, gone on with. */
  private boolean resumed;

  private long phaseStart;
  private long phaseCpu;
  private long pauseStart;
  private long pauseNanos;

  CycleTimer(ExecutionContext execution, CpuClock cpu, long number, CycleKind kind, Cause cause) {
    this.execution = execution;
    this.cpu = cpu;
    this.number = number;
    this.kind = kind;
    this.cause = cause;
    events = new CycleEvents(number, execution.simulatedTime());
  }

  public long number() {
    return number;
  }

  public CycleKind kind() {
    return kind;
  }

  public Cause cause() {
    return cause;
  }

  /** A phase begins, and the one before ends. */
  public void begin(Phase next) {
    begin(next, false);
  }

  /** The phase that ended last goes on: another slice of it. */
  public void resume() {
    begin(phases.getLast().phase(), true);
  }

  private void begin(Phase next, boolean again) {
    end();
    phase = next;
    resumed = again;
    phaseStart = execution.nanoTime();
    phaseCpu = cpu.nanos();
    events.phaseBegins(next.isInPause());
  }

  /** The phase ends, if there is one. */
  public void end() {
    Phase ended = phase;
    if (ended == null) {
      return;
    }
    phase = null;
    long nanos = execution.nanoTime() - phaseStart;
    long used = cpu.nanos() - phaseCpu + helped.sumThenReset();
    add(ended, nanos, cpu.counts() ? OptionalLong.of(used) : OptionalLong.empty());
    events.phaseEnds(ended.label(), nanos);
  }

  /** Slices of a phase become one. */
  private void add(Phase ended, long nanos, OptionalLong used) {
    if (!resumed) {
      phases.add(new PhaseTime(ended, nanos, used));
      return;
    }
    PhaseTime last = phases.getLast();
    OptionalLong sum =
        used.isPresent() && last.cpuNanos().isPresent()
            ? OptionalLong.of(used.getAsLong() + last.cpuNanos().getAsLong())
            : OptionalLong.empty();
    phases.set(phases.size() - 1, new PhaseTime(ended, last.nanos() + nanos, sum));
  }

  /** Does a part of the current phase in another thread, whose processor time counts with it. */
  public void help(Runnable part) {
    long before = cpu.nanos();
    try {
      part.run();
    } finally {
      helped.add(cpu.nanos() - before);
    }
  }

  /** Mutators are asked to stop. */
  public void pauseBegins() {
    pauseStart = execution.nanoTime();
    events.pauseBegins();
    begin(Phase.STOP);
  }

  /**
   * Mutators stand.
   *
   * @param usedBytes of the heap, before the cycle
   * @param heapBytes mapped for objects
   */
  public void stopped(long usedBytes, long heapBytes) {
    end();
    events.heap("Before GC", usedBytes, heapBytes);
  }

  /** Mutators go on. */
  public void pauseEnds() {
    end();
    pauseNanos = execution.nanoTime() - pauseStart;
    events.pauseEnds(kind.pauseLabel(), pauseNanos);
  }

  /** When mutators were asked to stop. */
  public long pauseStart() {
    return pauseStart;
  }

  public long pauseNanos() {
    return pauseNanos;
  }

  /** The phases that have ended, in order. */
  public List<PhaseTime> phases() {
    return List.copyOf(phases);
  }

  /** Shows the whole cycle in flight recordings. */
  public void ended(CycleRecord cycle) {
    events.heap("After GC", cycle.liveBytes(), cycle.heapBytes());
    events.ended(kind.label(), cause.label(), cycle.technique(), pauseNanos);
  }
}
