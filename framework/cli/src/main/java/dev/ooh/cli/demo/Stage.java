package dev.ooh.cli.demo;

import dev.ooh.cli.DemoStage;
import dev.ooh.cli.PageOracle;
import dev.ooh.cli.TrackedSpace;
import dev.ooh.cli.UnpricedWork;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Region;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.SimulatedCosts;
import dev.ooh.tracking.facility.SimulatedCosts.Priced;
import java.util.ArrayList;
import java.util.List;

/**
 * Leads one consumer through the techniques, one after the other in one address space, and switches
 * in the middle of an interval. A consumer's very first interval reports everything by definition
 * and is in no row.
 */
final class Stage implements DemoStage {
  private final String program;
  private final TrackedSpace run;
  private final List<String> techniques;
  private final int intervalsEach;
  private final boolean quick;
  private final long seed;

  private final List<DemoRow> rows = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final List<String> checks = new ArrayList<>();
  private int current;
  private int switches;
  private long allIntervals;
  private boolean first = true;
  private boolean sized;

  private long intervals;
  private long written;
  private long reported;
  private TechniqueStatistics eventsBefore = TechniqueStatistics.none();
  private double millisBefore;

  /**
   * Prepares a run.
   *
   * @param run uses the first of {@code techniques} already
   * @param techniques in the order of their appearance
   * @param intervalsEach how many intervals each technique gets
   */
  Stage(
      String program,
      TrackedSpace run,
      List<String> techniques,
      int intervalsEach,
      boolean quick,
      long seed) {
    this.program = program;
    this.run = run;
    this.techniques = techniques;
    this.intervalsEach = intervalsEach;
    this.quick = quick;
    this.seed = seed;
  }

  @Override
  public AddressSpace space() {
    return run.space();
  }

  @Override
  public boolean quick() {
    return quick;
  }

  @Override
  public long seed() {
    return seed;
  }

  @Override
  public boolean more() {
    return current < techniques.size() - 1 || intervals < intervalsEach;
  }

  @Override
  public void midInterval() throws TrackingException {
    if (!sized) {
      sized = true;
      long mapped = run.space().regions().stream().mapToLong(Region::bytes).sum();
      run.costs().ifPresent(costs -> costs.trackedBytes(mapped));
    }
    if (intervals >= intervalsEach && current < techniques.size() - 1) {
      endRow();
      run.use(techniques.get(++current));
      switches++;
      startRow();
    }
  }

  @Override
  public void interval(PageOracle.Observation observation) {
    allIntervals++;
    if (!observation.lost().isEmpty()) {
      failures.add(
          "%s under %s: interval %d lost %s"
              .formatted(program, run.technique(), allIntervals, observation.lost()));
    }
    if (first) {
      first = false;
      startRow();
      return;
    }
    intervals++;
    long stored = observation.written().pageCount();
    run.wrote(stored);
    written += stored;
    reported += observation.reported().pageCount();
  }

  @Override
  public void check(String what, boolean holds) {
    if (holds) {
      checks.add(what);
    } else {
      failures.add("%s: does not hold: %s".formatted(program, what));
    }
  }

  /** Closes the last row. */
  void end() {
    endRow();
    if (rows.size() < techniques.size()) {
      failures.add(
          "%s ended after %d of %d techniques".formatted(program, rows.size(), techniques.size()));
    }
  }

  private void startRow() {
    intervals = 0;
    written = 0;
    reported = 0;
    eventsBefore = run.costs().map(SimulatedCosts::events).orElse(eventsBefore);
    millisBefore = run.now();
  }

  private void endRow() {
    double cost = run.now() - millisBefore;
    List<UnpricedWork> unpriced = List.of();
    if (run.costs().isPresent()) {
      SimulatedCosts costs = run.costs().get();
      TechniqueStatistics counted = costs.events().minus(eventsBefore);
      Priced priced = costs.price(counted);
      cost = priced.tracker() + priced.impact();
      unpriced = UnpricedWork.in(costs, counted, run.technique(), program, written);
    }
    rows.add(
        new DemoRow(
            program,
            run.space().substrate(),
            run.technique(),
            intervals,
            written,
            reported,
            cost,
            run.timeUnit(),
            unpriced));
  }

  List<DemoRow> rows() {
    return rows;
  }

  /** What was lost or did not hold; empty when all is well. */
  List<String> failures() {
    return failures;
  }

  /** What was checked and held. */
  List<String> checks() {
    return checks;
  }

  int switches() {
    return switches;
  }

  /** Intervals compared with the oracle, the first one included. */
  long intervals() {
    return allIntervals;
  }
}
