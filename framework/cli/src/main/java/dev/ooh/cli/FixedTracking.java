package dev.ooh.cli;

import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.core.TrackingCore;
import java.util.Comparator;
import java.util.List;

/** A core and substrates that never change. */
record FixedTracking(TrackingControl control, List<Substrate> substrates) implements Tracking {
  FixedTracking {
    substrates = substrates.stream().sorted(Comparator.comparing(Substrate::name)).toList();
  }

  /** A core that takes no observers tells nothing. */
  @Override
  public Observation observe(TrackingObserver observer) {
    if (control instanceof TrackingCore core) {
      core.addObserver(observer);
      return () -> core.removeObserver(observer);
    }
    return () -> {};
  }

  @Override
  public Substrate substrate(String name) throws UsageException {
    return SubstrateChoice.find(name, substrates);
  }
}
