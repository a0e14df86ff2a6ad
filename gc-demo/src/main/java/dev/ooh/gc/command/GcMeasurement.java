package dev.ooh.gc.command;

import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.plan.ChangedPagesQuery;
import dev.ooh.gc.statistics.CycleListener;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Interval;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.PageSet;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Parameters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.function.LongConsumer;

/** One run of an application on a collected heap. */
final class GcMeasurement {
  private static final int STEPS_A_REPORT = 64;

  private final AddressSpace space;
  private final Application application;
  private final Parameters parameters;
  private final HeapOptions options;

  GcMeasurement(
      AddressSpace space, Application application, Parameters parameters, HeapOptions options) {
    this.space = space;
    this.application = application;
    this.parameters = parameters;
    this.options = options;
  }

  /**
   * Runs it as a thread of the space's execution context.
   *
   * @param tracked whether the collector asks which pages changed; if not, every cycle is full
   * @param listeners told of each cycle
   * @param mapped told how many bytes are mapped, before anything runs
   * @param progress told now and then how far the application is, 0 to 1
   */
  GcResult measure(
      boolean tracked, List<CycleListener> listeners, LongConsumer mapped, DoubleConsumer progress)
      throws Exception {
    return space.execution().run(() -> run(tracked, listeners, mapped, progress));
  }

  private GcResult run(
      boolean tracked,
      List<CycleListener> listeners,
      LongConsumer mapped,
      DoubleConsumer progress) {
    ExecutionContext execution = space.execution();
    IntervalSource question =
        tracked
            ? new ChangedPagesQuery()
            : (where, consumer, scan, arm) -> Interval.all(scan, "not tracked");
    try (CollectedHeap heap =
        new CollectedHeap(space, options, question, (PageSet watched, Interval interval) -> {})) {
      listeners.forEach(heap::addListener);
      // Sums are of all cycles, however many; the heap keeps the latest.
      List<CycleRecord> cycles = Collections.synchronizedList(new ArrayList<>());
      heap.addListener(
          new CycleListener() {
            @Override
            public void ended(CycleRecord cycle) {
              cycles.add(cycle);
            }
          });
      mapped.accept(heap.pages().bytes());
      heap.prepareTracking();
      long started = execution.nanoTime();
      application.start(heap, parameters);
      for (long step = 1; application.step(heap); step++) {
        execution.poll();
        if (step % STEPS_A_REPORT == 0) {
          progress.accept(application.progress(heap));
        }
      }
      long ended = execution.nanoTime();
      return new GcResult(
          started,
          ended,
          List.copyOf(cycles),
          heap.pauses(),
          heap.peakBytes(),
          application.result(heap));
    }
  }
}
