package dev.ooh.cli;

import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingObserver;
import java.util.List;

/**
 * What a command finds at run time. A service; bundles come and go while a command runs, so ask
 * again instead of keeping an answer.
 */
public interface Tracking {
  /**
   * The core.
   *
   * @throws CommandException when there is none, even after a short wait
   */
  TrackingControl control() throws CommandException;

  /** The substrates present, by name, those that refuse included. */
  List<Substrate> substrates();

  /**
   * The substrate called {@code name}, waiting a moment for a bundle that is being started.
   *
   * @throws UsageException when there is none, naming those present
   */
  Substrate substrate(String name) throws UsageException;

  /**
   * Has {@code observer} told what the core does, until the result is closed. A core that comes
   * later tells it too.
   */
  Observation observe(TrackingObserver observer);

  /** An observer that is told. */
  interface Observation extends AutoCloseable {
    /** Ends it. */
    @Override
    void close();
  }

  /** For a class path without OSGi: these substrates, this core. */
  static Tracking of(TrackingControl control, List<Substrate> substrates) {
    return new FixedTracking(control, substrates);
  }
}
