package dev.ooh.cli;

import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingControl;
import java.util.Comparator;
import java.util.List;

/** A core and substrates that never change. */
record FixedTracking(TrackingControl control, List<Substrate> substrates) implements Tracking {
  FixedTracking {
    substrates = substrates.stream().sorted(Comparator.comparing(Substrate::name)).toList();
  }

  @Override
  public Substrate substrate(String name) throws UsageException {
    return SubstrateChoice.find(name, substrates);
  }
}
