package dev.ooh.cli;

import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.Optional;

/**
 * A fresh address space for one run under one technique. Closing it closes the space. For any
 * thread.
 */
public final class TrackedSpace implements AutoCloseable {
  private final AddressSpace space;
  private final TrackingControl control;
  private volatile String technique;

  private TrackedSpace(AddressSpace space, TrackingControl control, String technique) {
    this.space = space;
    this.control = control;
    this.technique = technique;
  }

  /**
   * Takes over {@code space}: makes {@code technique} the one wanted there. {@link
   * SessionOptions#NONE} wants nothing.
   *
   * @throws TrackingException if the technique is absent or refused; the space is closed then
   */
  public static TrackedSpace of(AddressSpace space, TrackingControl control, String technique)
      throws TrackingException {
    TrackedSpace tracked = new TrackedSpace(space, control, technique);
    boolean open = false;
    try {
      if (tracked.isTracked()) {
        control.use(space, technique);
      }
      open = true;
      return tracked;
    } finally {
      if (!open) {
        space.close();
      }
    }
  }

  public AddressSpace space() {
    return space;
  }

  /** The core: the operator's view of this space's tracking. */
  public TrackingControl control() {
    return control;
  }

  /** What was asked for last. */
  public String technique() {
    return technique;
  }

  /** Whether a technique is wanted; when not, this is the untracked baseline: don't fetch. */
  public boolean isTracked() {
    return !technique.equals(SessionOptions.NONE);
  }

  /** Switches the technique while the program runs. */
  public void use(String newTechnique) throws TrackingException {
    control.use(space, newTechnique);
    technique = newTechnique;
  }

  /** Counted events and their prices; empty on a substrate that simulates nothing. */
  public Optional<SimulatedCosts> costs() {
    return space.facility(SimulatedCosts.class);
  }

  /**
   * Tells that tracking of {@code bytes} mapped bytes starts, by which size-dependent prices are
   * looked up; nothing happens where time is measured.
   */
  public void trackedBytes(long bytes) {
    costs().ifPresent(costs -> costs.trackedBytes(bytes));
  }

  /**
   * Counts what a consumer's own routine did, by the paper's id, such as {@code CP} for a page of a
   * checkpoint written; nothing happens where time is measured. By a thread of the execution
   * context.
   */
  public void charge(String event, long times) {
    costs().ifPresent(costs -> costs.count(event, times));
  }

  /** Tells the meters that this many distinct pages were stored to since the interval before. */
  public void wrote(long pages) {
    control.written(space, pages);
  }

  /** {@code sim_ms} where time is simulated, {@code ms} where it is measured. */
  public String timeUnit() {
    return space.execution().simulatedTime() ? "sim_ms" : "ms";
  }

  /** Milliseconds, by {@link #timeUnit}, from an arbitrary origin. */
  public double now() {
    return space.execution().nanoTime() / 1e6;
  }

  @Override
  public void close() {
    space.close();
  }
}
