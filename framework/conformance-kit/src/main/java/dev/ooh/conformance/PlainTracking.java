package dev.ooh.conformance;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingTechnique;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A core as a library, on a plain class path, with techniques that can be made to die and go blind.
 */
final class PlainTracking implements TrackingUnderTest {
  private final Fate fate = new Fate();
  private final Map<String, TrackingTechnique> techniques = new LinkedHashMap<>();
  private final CoreByHand core;

  PlainTracking(List<TrackingTechnique> techniques, CoreByHand core) {
    this.core = core;
    for (TrackingTechnique technique : techniques) {
      TrackingTechnique fated = new FatedTechnique(technique, fate);
      this.techniques.put(technique.descriptor().name(), fated);
      core.add(fated);
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
    fate.kill(death);
    return true;
  }

  @Override
  public boolean blind(PageSet pages, String reason) {
    fate.blind(pages, reason);
    return true;
  }

  @Override
  public void see() {
    fate.see();
  }

  @Override
  public Optional<Work> work() {
    return Optional.of(fate.work());
  }

  @Override
  public List<Gathered> takeAnswers() {
    return fate.takeAnswers();
  }

  @Override
  public void close() {
    core.close();
  }
}
