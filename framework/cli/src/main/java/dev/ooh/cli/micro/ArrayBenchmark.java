package dev.ooh.cli.micro;

import dev.ooh.cli.TrackedSpace;
import dev.ooh.cli.UnpricedWork;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.Interval;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.SimulatedCosts;
import dev.ooh.tracking.facility.SimulatedCosts.Priced;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The paper's micro-benchmark (section "Experiments"): an array is pinned by touching it, then one
 * 8-byte store goes to each of its pages, pass after pass, and the tracker asks after each pass.
 *
 * <p>Where the machine is simulated, the slowdown is 1 + (cost of tracking events, without set-up)
 * / (untracked cost of the stores, row W0); elsewhere it is measured against passes made before
 * tracking starts, by the median pass.
 */
public final class ArrayBenchmark {
  /** Events of starting and ending tracking: counted over the whole run, not from interval two. */
  private static final List<String> SETUP_EVENTS = List.of("M3", "M4", "M9", "M10", "M11", "M12");

  private static final Pattern PAPERS_EVENT = Pattern.compile("M\\d+");

  /** The paper's id of a pass without tracking. */
  private static final String UNTRACKED_PASS = "W0";

  private static final int PAGES_A_POLL = 1024;

  private final TrackedSpace run;
  private final long bytes;
  private final double percent;
  private final int passes;
  private final WarmUp warmUp;
  private final boolean hugePages;
  private final int threads;

  /**
   * Prepares a run.
   *
   * @param megabytes size of the array
   * @param percent of its pages that each pass stores to, above 0, up to 100
   * @param passes how many to measure, 1 or more; one more comes before, for the first interval
   * @param warmUp what comes before, where time is measured
   * @param hugePages whether the array may have pages of 2 MiB, where the substrate has them
   * @param threads how many store, 1 or more, each to a part of its own; with several, the one that
   *     asks is yet another
   */
  public ArrayBenchmark(
      TrackedSpace run,
      int megabytes,
      double percent,
      int passes,
      WarmUp warmUp,
      boolean hugePages,
      int threads) {
    this.run = run;
    this.bytes = (long) megabytes << 20;
    this.percent = percent;
    this.passes = passes;
    this.warmUp = warmUp;
    this.hugePages = hugePages;
    this.threads = threads;
  }

  /** Runs it, as a thread of the space's execution context. The array stays mapped. */
  public ArrayResult measure() throws Exception {
    return run.space().execution().run(this::measureInside);
  }

  private ArrayResult measureInside() throws TrackingException {
    AddressSpace space = run.space();
    RegionRequest request = RegionRequest.anonymous("array", bytes);
    Region array = space.map(hugePages ? request.withHugePages() : request);
    DirtyPattern pattern = new DirtyPattern(bytes / PageSet.PAGE_SIZE, percent);
    DirtyPattern all = new DirtyPattern(bytes / PageSet.PAGE_SIZE, 100);
    store(array, all, 0);
    Optional<SimulatedCosts> costs = run.costs();
    costs.ifPresent(simulated -> simulated.trackedBytes(bytes));
    double untracked = costs.isPresent() ? 0 : untrackedPasses(array, pattern);

    TechniqueStatistics start =
        costs.map(SimulatedCosts::events).orElseGet(TechniqueStatistics::none);
    Tracker tracker = new Tracker(array);
    double setup = tracker.fetch(array.pages());
    TechniqueStatistics second = costs.map(SimulatedCosts::events).orElse(start);
    if (costs.isEmpty()) {
      warmUp.repeat(pass -> trackedPass(array, pattern, pass, tracker));
    }
    tracker.forget();
    double[] stores = new double[passes];
    double[] fetches = new double[passes];
    for (int pass = 1; pass <= passes; pass++) {
      double before = run.now();
      store(array, pattern, pass);
      stores[pass - 1] = run.now() - before;
      fetches[pass - 1] = tracker.fetch(pattern.written(array.start(), pass));
    }
    TechniqueStatistics end = costs.map(SimulatedCosts::events).orElse(start);
    tracker.close();
    if (costs.isEmpty()) {
      double storing = usual(stores);
      double fetching = usual(fetches);
      double slowdown = (storing + fetching) / untracked;
      double cost = fetching + Math.max(0, storing - untracked);
      return tracker.result(
          slowdown, fetching, cost, setup, untracked, List.of(), new TreeMap<>(), new TreeMap<>());
    }
    SimulatedCosts simulated = costs.get();
    TechniqueStatistics counted = end.minus(second);
    TechniqueStatistics whole = simulated.events().minus(start);
    Priced priced = simulated.price(counted);
    double plain = simulated.untrackedPageWriteMillis() * tracker.written;
    double cost = priced.tracker() + priced.impact();
    double setupTime = simulated.price(whole).setup();
    List<UnpricedWork> unpriced =
        UnpricedWork.in(
            simulated, counted, run.technique(), (bytes >> 20) + " MB", tracker.written);
    SortedMap<String, Long> events = events(counted, whole);
    SortedMap<String, Double> times = times(simulated, events);
    times.put(UNTRACKED_PASS, plain);
    return tracker.result(
        1 + cost / plain, priced.tracker(), cost, setupTime, plain, unpriced, events, times);
  }

  /** What each of the paper's events cost, all of its kind together. */
  private static SortedMap<String, Double> times(
      SimulatedCosts simulated, SortedMap<String, Long> events) {
    SortedMap<String, Double> times = new TreeMap<>();
    events.forEach(
        (id, count) -> {
          if (PAPERS_EVENT.matcher(id).matches()) {
            times.put(id, simulated.price(TechniqueStatistics.of(Map.of(id, count))).total());
          }
        });
    return times;
  }

  private static SortedMap<String, Long> events(
      TechniqueStatistics counted, TechniqueStatistics whole) {
    SortedMap<String, Long> events = new TreeMap<>(counted.counts());
    SETUP_EVENTS.forEach(id -> events.put(id, whole.get(id)));
    events.values().removeIf(count -> count == 0);
    return events;
  }

  /** Milliseconds of the measured passes without tracking, once the loop is compiled. */
  private double untrackedPasses(Region array, DirtyPattern pattern) throws TrackingException {
    warmUp.repeat(pass -> store(array, pattern, pass));
    double[] stores = new double[passes];
    for (int pass = 1; pass <= passes; pass++) {
      double before = run.now();
      store(array, pattern, pass);
      stores[pass - 1] = run.now() - before;
    }
    return usual(stores);
  }

  private void trackedPass(Region array, DirtyPattern pattern, int pass, Tracker tracker) {
    store(array, pattern, pass);
    tracker.fetch(pattern.written(array.start(), pass));
  }

  /** What all passes take when none is disturbed: the median, times their number. */
  private static double usual(double[] millis) {
    double[] sorted = millis.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2] * sorted.length;
  }

  private void store(Region array, DirtyPattern pattern, int pass) {
    if (threads == 1) {
      store(array, pattern, pass, 0, pattern.pages());
      return;
    }
    // As many threads as there are processors: each part is stored to on the same one every time.
    List<TrackedThread> storing = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      long from = pattern.pages() * i / threads;
      long to = pattern.pages() * (i + 1) / threads;
      storing.add(
          run.space().execution().spawn("part " + i, () -> store(array, pattern, pass, from, to)));
    }
    join(storing);
  }

  private static void join(List<TrackedThread> threads) {
    boolean interrupted = false;
    for (TrackedThread thread : threads) {
      while (true) {
        try {
          thread.join();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void store(Region array, DirtyPattern pattern, int pass, long from, long to) {
    Memory memory = run.space().memory();
    ExecutionContext execution = run.space().execution();
    boolean everywhere = pattern.percent() == 100;
    for (long page = from; page < to; page++) {
      if (everywhere || pattern.writes(page, pass)) {
        memory.putLong(array.start() + page * PageSet.PAGE_SIZE, pass);
      }
      if (page % PAGES_A_POLL == 0) {
        execution.poll();
      }
    }
  }

  /** The one that asks; sums up from the second interval on, or what comes after a warm-up. */
  private final class Tracker {
    private final Region array;
    private final TrackingConsumer consumer;
    private long written;
    private long reported;
    private long reportedBytes;
    private long lost;

    Tracker(Region array) {
      this.array = array;
      this.consumer = run.space().consumer("micro");
    }

    /** Ends an interval in which {@code stored} was stored to; returns milliseconds it took. */
    double fetch(PageSet stored) {
      written += stored.pageCount();
      if (!run.isTracked()) {
        reported += array.pages().pageCount(); // what a program without tracking must assume
        reportedBytes += array.pages().bytes();
        return 0;
      }
      double before = run.now();
      try (Interval interval =
          run.control().fetch(run.space(), consumer, array.pages(), array.pages())) {
        double took = run.now() - before;
        reported += interval.pages().pageCount();
        reportedBytes += interval.pages().bytes();
        lost += stored.minus(interval.pages().wholePages()).pageCount();
        interval.commit();
        return took;
      }
    }

    /** Starts the sums anew; a page that was lost stays lost. */
    void forget() {
      written = 0;
      reported = 0;
      reportedBytes = 0;
    }

    /** Ends tracking, so that its end is counted too. */
    void close() throws TrackingException {
      if (run.isTracked()) {
        run.control().use(run.space(), "all-dirty");
      }
      consumer.close();
    }

    ArrayResult result(
        double slowdown,
        double trackerTime,
        double cost,
        double setupTime,
        double untracked,
        List<UnpricedWork> unpriced,
        SortedMap<String, Long> events,
        SortedMap<String, Double> times) {
      return new ArrayResult(
          slowdown,
          trackerTime,
          cost,
          setupTime,
          untracked / passes,
          written,
          reported,
          reportedBytes,
          lost,
          unpriced,
          events,
          times);
    }
  }
}
