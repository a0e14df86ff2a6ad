package dev.ooh.gc.plan;

import dev.ooh.gc.statistics.CycleTimer;
import dev.ooh.memory.ExecutionContext;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Markers that help another one: in a pause until all is traced, or beside the program for a while.
 */
final class MarkingCrew {
  private final ExecutionContext execution;
  private final Marker[] helpers;
  private @Nullable CycleTimer timer;

  /**
   * @param markers how many mark together, the one that is helped included
   */
  MarkingCrew(Tracing tracing, int markers) {
    execution = tracing.execution();
    helpers = new Marker[markers - 1];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = new Marker(tracing, null);
    }
  }

  /** From now on the helpers' processor time counts with {@code cycle}'s. */
  void timedBy(CycleTimer cycle) {
    timer = cycle;
  }

  /** Traces until nothing is left to do. By the thread in whose pause it is. */
  void drain(Marker leader) {
    drain(leader, Long.MAX_VALUE, () -> false);
  }

  /**
   * Traces until nothing is left to do, one has read so many bytes, or one finds that it is {@code
   * enough}. What is left the leader has.
   */
  void drain(Marker leader, long bytes, BooleanSupplier enough) {
    CycleTimer cycle = Objects.requireNonNull(timer, "of the cycle");
    Thread caller = Thread.currentThread();
    MarkExchange exchange = new MarkExchange();
    exchange.enter();
    for (Marker helper : helpers) {
      helper.help(leader);
    }
    AtomicInteger came = new AtomicInteger();
    execution.together(
        1 + helpers.length,
        () -> {
          int number = came.getAndIncrement();
          if (number > 0 && !exchange.enter()) {
            return;
          }
          // Who comes first has the leader's stack, and need not be the caller.
          Marker marker = number == 0 ? leader : helpers[number - 1];
          if (Thread.currentThread() == caller) {
            marker.drainShared(exchange, bytes, enough);
          } else {
            cycle.help(() -> marker.drainShared(exchange, bytes, enough));
          }
        });
    for (Marker helper : helpers) {
      leader.addFigures(helper);
      leader.takeOver(helper);
    }
  }
}
