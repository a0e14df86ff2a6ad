package dev.ooh.conformance;

import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingTechnique;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** A core as a library, on a plain class path, with techniques that can be made to die. */
final class PlainTracking implements TrackingUnderTest {
  private final AtomicReference<Optional<Death>> fate = new AtomicReference<>(Optional.empty());
  private final Map<String, TrackingTechnique> techniques = new LinkedHashMap<>();
  private final CoreByHand core;

  PlainTracking(List<TrackingTechnique> techniques, CoreByHand core) {
    this.core = core;
    for (TrackingTechnique technique : techniques) {
      TrackingTechnique mortal = new MortalTechnique(technique, fate);
      this.techniques.put(technique.descriptor().name(), mortal);
      core.add(mortal);
    }
  }

  @Override
  public TrackingControl control() {
    return core.control();
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
