package dev.ooh.benchmarks;

import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.HeapOptions.FullCycles;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.facility.SimulatedCosts;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Applications;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An application on the collected heap, of which nothing is tracked: one thread, every cycle a
 * pause, so that it does the same on every substrate. A child of {@link ApplicationCosts}, in a JVM
 * of its own as no loop is to have met another implementation of memory.
 *
 * <p>{@code ApplicationSide time linux|virtual APPLICATION CONFIGURATION RUNS} prints the
 * milliseconds of each run, of processor time. {@code ApplicationSide count PROFILE APPLICATION
 * CONFIGURATION} prints loads, stores, units of work, and the milliseconds that all other events
 * cost by the cost profile.
 */
final class ApplicationSide {
  /** As of {@code ooh gc}. */
  private static final int HEAP_FACTOR = 4;

  private static final int ALLOCATION_BYTES = 5 << 20;

  private static final String WORK_UNITS = "work.unit";

  private final Application application;
  private final Parameters parameters;

  private ApplicationSide(String application, String configuration) {
    this.application = Applications.find(application).orElseThrow();
    this.parameters =
        new Parameters(
            Configuration.valueOf(configuration.toUpperCase(Locale.ROOT)), Optional.empty(), 1);
  }

  public static void main(String[] arguments) throws Exception {
    ApplicationSide side = new ApplicationSide(arguments[2], arguments[3]);
    if (arguments[0].equals("count")) {
      side.count(arguments[1]);
      return;
    }
    Substrate substrate =
        arguments[1].equals("linux") ? new LinuxSubstrate() : new VirtualSubstrate();
    for (int run = 0; run < Integer.parseInt(arguments[4]); run++) {
      try (AddressSpace space = substrate.open(SpaceOptions.named("application"))) {
        System.out.printf(Locale.ROOT, "%.3f ", side.run(space) / 1e6);
      }
    }
  }

  private void count(String profile) throws Exception {
    SpaceOptions options = SpaceOptions.named("application").with("cost-profile", profile);
    try (CountedSpace space = new CountedSpace(new VirtualSubstrate().open(options))) {
      SimulatedCosts costs = space.facility(SimulatedCosts.class).orElseThrow();
      TechniqueStatistics before = costs.events();
      run(space);
      Map<String, Long> events = new HashMap<>(costs.events().minus(before).counts());
      long units = events.getOrDefault(WORK_UNITS, 0L);
      events.remove(WORK_UNITS);
      System.out.printf(
          Locale.ROOT,
          "%d %d %d %.3f",
          space.memory().loads(),
          space.memory().stores(),
          units,
          costs.price(TechniqueStatistics.of(events)).total());
    }
  }

  /** The nanoseconds of processor time that it took. */
  private long run(AddressSpace space) throws Exception {
    return space.execution().run(() -> runInside(space));
  }

  private long runInside(AddressSpace space) {
    long estimate = application.heapBytes(parameters);
    HeapOptions options =
        new HeapOptions(
            estimate,
            HEAP_FACTOR * estimate,
            ALLOCATION_BYTES,
            FullCycles.PAUSE,
            1,
            false,
            false,
            false);
    try (CollectedHeap heap =
        new CollectedHeap(
            space,
            options,
            (where, consumer, scan, arm) -> Interval.all(scan, "not tracked"),
            (watched, interval) -> {})) {
      heap.prepareTracking();
      long start = now();
      application.start(heap, parameters);
      while (application.step(heap)) {
        space.execution().poll();
      }
      return now() - start;
    }
  }

  /** Processor time of the thread, which does all the work, so that other programs don't count. */
  private static long now() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
