package dev.ooh.machine.substrate;

import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.Map;
import java.util.concurrent.Callable;

/** A machine's costs, for a space whose techniques are called in a process of their own. */
final class TrackerCosts implements SimulatedCosts {
  private final VirtualCosts costs;
  private final GuestKernel kernel;
  private final TechniqueProcess tracker;

  TrackerCosts(VirtualCosts costs, GuestKernel kernel, TechniqueProcess tracker) {
    this.costs = costs;
    this.kernel = kernel;
    this.tracker = tracker;
  }

  /** The whole call is one stay of the tracker on the CPU. */
  @Override
  public <T> T tracking(Callable<T> call) throws Exception {
    return kernel.scheduler().handOver(tracker.process(), () -> costs.tracking(call));
  }

  @Override
  public String profile() {
    return costs.profile();
  }

  @Override
  public Map<String, String> sources() {
    return costs.sources();
  }

  @Override
  public TechniqueStatistics events() {
    return costs.events();
  }

  @Override
  public void trackedBytes(long bytes) {
    costs.trackedBytes(bytes);
  }

  @Override
  public void count(String event, long times) {
    costs.count(event, times);
  }

  @Override
  public Priced price(TechniqueStatistics difference) {
    return costs.price(difference);
  }

  @Override
  public double untrackedPageWriteMillis() {
    return costs.untrackedPageWriteMillis();
  }
}
