package dev.ooh.conformance;

import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.TrackingCore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** The core as a library, on a plain class path. */
final class PlainTracking implements TrackingUnderTest {
  private final AtomicReference<Optional<Death>> fate = new AtomicReference<>(Optional.empty());
  private final Map<String, TrackingTechnique> techniques = new LinkedHashMap<>();
  private final TrackingCore core = new TrackingCore();

  PlainTracking(List<TrackingTechnique> techniques) {
    for (TrackingTechnique technique : techniques) {
      TrackingTechnique mortal = new MortalTechnique(technique, fate);
      this.techniques.put(technique.descriptor().name(), mortal);
      core.add(mortal);
    }
  }

  @Override
  public TrackingControl control() {
    return core;
  }

  @Override
  public boolean depart(String technique) {
    TrackingTechnique known = techniques.get(technique);
    if (known != null) {
      core.remove(known);
    }
    return known != null;
  }

  @Override
  public boolean arrive(String technique) {
    TrackingTechnique known = techniques.get(technique);
    if (known != null) {
      core.add(known);
    }
    return known != null;
  }

  @Override
  public boolean kill(Death death) {
    fate.set(Optional.of(death));
    return true;
  }

  @Override
  public void close() {
    core.close();
  }
}
