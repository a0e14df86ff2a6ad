package dev.ooh.gc.command;

import dev.ooh.gc.statistics.Cause;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.CycleListener;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.Pause;
import dev.ooh.gc.statistics.PhaseTime;
import dev.ooh.memory.ExecutionContext;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Cycles as lines of text, in the form of the JVM's unified logging, by which tools read logs of
 * its collectors: {@code [0.123s][info][gc] GC(3) Pause Young (Allocation) 12M->8M(64M) 1.234ms}.
 * Seconds are from the begin of the log on, by the space's clock.
 */
final class GcLog implements CycleListener {
  private static final double NANOS_A_MILLI = 1e6;
  private static final double NANOS_A_SECOND = 1e9;
  private static final String CONCURRENT = "Concurrent Mark Cycle";

  private final ExecutionContext execution;
  private final boolean everything;
  private final Consumer<String> lines;
  private final long origin;

  /** When cycles beside the program began, by number. */
  private final Map<Long, Long> running = new HashMap<>();

  /**
   * Begins a log.
   *
   * @param everything phases, live bytes and processor time, too
   */
  GcLog(ExecutionContext execution, boolean everything, Consumer<String> lines) {
    this.execution = execution;
    this.everything = everything;
    this.lines = lines;
    origin = execution.nanoTime();
  }

  /** Says what runs. */
  void using(String technique, String substrate) {
    say(
        "gc",
        "Using Mark-Sweep, pages told by %s on %s%s"
            .formatted(
                technique, substrate, execution.simulatedTime() ? "; times are simulated" : ""));
  }

  @Override
  public void concurrentBegins(long number, Cause cause) {
    running.put(number, execution.nanoTime());
    say("gc", "GC(%d) %s (%s)".formatted(number, CONCURRENT, cause.label()));
  }

  @Override
  public void ended(CycleRecord cycle) {
    long number = cycle.number();
    if (everything) {
      for (PhaseTime time : cycle.phases()) {
        say("gc,phases", "GC(%d)   %s".formatted(number, phase(time)));
      }
      say("gc,heap", "GC(%d) %s".formatted(number, heap(cycle)));
    }
    say(
        "gc",
        "GC(%d) %s (%s) %s->%s(%s) %s"
            .formatted(
                number,
                cycle.kind().pauseLabel(),
                cycle.cause().label(),
                megabytes(cycle.usedBeforeBytes()),
                megabytes(cycle.liveBytes()),
                megabytes(cycle.heapBytes()),
                millis(cycle.pauseNanos())));
    Long began = running.remove(number);
    if (cycle.kind() == CycleKind.CONCURRENT && began != null) {
      String took = millis(execution.nanoTime() - began);
      say("gc", "GC(%d) %s %s".formatted(number, CONCURRENT, took));
    }
  }

  @Override
  public void stalled(Pause stall) {
    String thread = Thread.currentThread().getName();
    say("gc", "Allocation Stall (%s) %s".formatted(thread, millis(stall.nanos())));
  }

  private static String phase(PhaseTime time) {
    OptionalLong cpu = time.cpuNanos();
    String beside = cpu.isPresent() ? " (cpu " + millis(cpu.getAsLong()) + ")" : "";
    return time.phase().label() + ": " + millis(time.nanos()) + beside;
  }

  private static String heap(CycleRecord cycle) {
    OptionalLong floating = cycle.floatingBytes();
    return "Live: %dK, freed %dK%s; pages watched %d, changed %d, searched again %d"
        .formatted(
            cycle.liveBytes() >> 10,
            cycle.freedBytes() >> 10,
            floating.isPresent() ? ", floating " + (floating.getAsLong() >> 10) + "K" : "",
            cycle.pagesWatched(),
            cycle.pagesChanged(),
            cycle.pagesRescanned());
  }

  private void say(String tags, String what) {
    double seconds = (execution.nanoTime() - origin) / NANOS_A_SECOND;
    lines.accept(String.format(Locale.ROOT, "[%.3fs][info][%s] %s", seconds, tags, what));
  }

  private static String megabytes(long bytes) {
    return (bytes >> 20) + "M";
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.3fms", nanos / NANOS_A_MILLI);
  }
}
