package dev.ooh.cli.replay;

import dev.ooh.cli.CommandException;
import dev.ooh.cli.PageStores;
import dev.ooh.cli.TrackedSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.recording.Block;
import dev.ooh.recording.RecordingReader;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.SimulatedCosts;
import dev.ooh.tracking.facility.SimulatedCosts.Priced;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Stores once to each page that a recorded program was seen to write, interval by interval, on a
 * simulated machine, and asks where the program's consumer asked. For one thread, once.
 */
final class Replay {
  private static final String PAGE_COPIED = "CP";

  private final TrackedSpace run;
  private final SimulatedCosts costs;
  private final RecordedProgram program;
  private final Region region;
  private final Rebase rebase;
  private final PageStores stores;
  private final TrackingConsumer consumer;

  private TechniqueStatistics counted = TechniqueStatistics.none();
  private TechniqueStatistics fetching = TechniqueStatistics.none();

  /** All events up to the end of the last interval. */
  private TechniqueStatistics seen = TechniqueStatistics.none();

  private double[] frozen = new double[64];
  private int intervals;
  private int inexact;
  private double untrackedMillis;
  private long written;
  private long reported;
  private long lost;
  private long lastEnd;
  private long stamp;

  /**
   * Prepares to replay {@code program} in a fresh space of a simulated machine.
   *
   * @throws CommandException if nothing is simulated there
   */
  Replay(TrackedSpace run, RecordedProgram program) throws CommandException {
    this.run = run;
    this.program = program;
    this.costs =
        run.costs()
            .orElseThrow(
                () ->
                    new CommandException(
                        "substrate %s simulates nothing, wanted one that counts events: virtual"
                            .formatted(run.space().substrate())));
    this.region = run.space().map(RegionRequest.anonymous("recording", program.extent().bytes()));
    this.rebase = new Rebase(program.extent(), region.start());
    this.stores = new PageStores(run.space());
    this.consumer = run.space().consumer("replay");
  }

  /** Replays the program's intervals from {@code file}. */
  ReplayResult replay(Path file) throws Exception {
    return run.space().execution().run(() -> replayInside(file));
  }

  private ReplayResult replayInside(Path file) throws IOException, TrackingException {
    store(region.pages()); // no store of the recorded program is a first touch
    costs.trackedBytes(region.bytes());
    TechniqueStatistics start = costs.events();
    seen = start;
    try (RecordingReader reader = new RecordingReader(file)) {
      int number = -1;
      boolean first = true;
      for (Optional<Block> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get() instanceof Block.Program) {
          number++;
        } else if (number == program.number() && next.get() instanceof Block.Writes writes) {
          interval(writes, first);
          first = false;
        } else if (number > program.number()) {
          break;
        }
      }
    }
    if (run.isTracked()) {
      run.control().use(run.space(), "all-dirty"); // its end is counted too
    }
    consumer.close();
    return result(costs.events().minus(start));
  }

  /**
   * @param first whether tracking starts with it, so that there was nothing to see before
   */
  private void interval(Block.Writes writes, boolean first) {
    TechniqueStatistics begin = seen; // nothing happens between intervals
    PageSet stored = rebase.move(writes.written());
    store(stored);
    TechniqueStatistics before = costs.events();
    long pages = fetch(rebase.move(writes.scan()), rebase.move(writes.arm()), stored);
    TechniqueStatistics after = costs.events();
    seen = after;
    if (!first && writes.exact()) {
      TechniqueStatistics fetch = after.minus(before);
      counted = counted.plus(after.minus(begin));
      fetching = fetching.plus(fetch);
      written += stored.pageCount();
      reported += pages;
      untrackedMillis += untrackedMillis(writes);
      if (intervals == frozen.length) {
        frozen = Arrays.copyOf(frozen, 2 * intervals);
      }
      frozen[intervals++] = tracking(fetch) + pages * pageCopyMillis();
    } else if (!first) {
      inexact++;
    }
    lastEnd = writes.endNanos();
  }

  /** What was recorded untracked; else the time between fetches, whatever tracking cost there. */
  private double untrackedMillis(Block.Writes writes) {
    long nanos =
        program.untrackedNanos().orElseGet(() -> writes.endNanos() - lastEnd - writes.fetchNanos());
    return Math.max(1, nanos) / 1e6;
  }

  private double pageCopyMillis() {
    return costs.price(TechniqueStatistics.of(Map.of(PAGE_COPIED, 1L))).total();
  }

  private double tracking(TechniqueStatistics events) {
    Priced priced = costs.price(events);
    return priced.tracker() + priced.impact();
  }

  /** Returns how many pages were reported. */
  private long fetch(PageSet scan, PageSet arm, PageSet stored) {
    if (!run.isTracked()) {
      return scan.pageCount(); // what a program without tracking must assume
    }
    try (Interval interval = run.control().fetch(run.space(), consumer, scan, arm)) {
      PageSet pages = interval.pages();
      lost += stored.intersect(scan).minus(pages.wholePages()).pageCount();
      interval.commit();
      return pages.pageCount();
    }
  }

  private void store(PageSet pages) {
    stores.spread(pages, ++stamp); // another value each time, for techniques that compare contents
  }

  private ReplayResult result(TechniqueStatistics whole) {
    double fetchMillis = tracking(fetching);
    double[] sorted = Arrays.copyOf(frozen, intervals);
    Arrays.sort(sorted);
    TreeMap<String, Long> events = new TreeMap<>(counted.counts());
    events.values().removeIf(count -> count == 0);
    return new ReplayResult(
        intervals,
        inexact,
        untrackedMillis,
        tracking(counted) - fetchMillis,
        fetchMillis,
        costs.price(whole).setup(),
        intervals == 0 ? 0 : sorted[intervals / 2],
        intervals == 0 ? 0 : sorted[intervals - 1],
        region.bytes() + reported * PageSet.PAGE_SIZE,
        written,
        reported,
        lost,
        events);
  }
}
