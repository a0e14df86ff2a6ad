package dev.ooh.tracking.core.internal;

import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.Settings;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingTechnique;
import dev.ooh.tracking.core.TrackingCore;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The core as a service, with the techniques that come and go as services. */
@Component(
    service = {TrackingControl.class, IntervalSource.class},
    configurationPid = TrackingComponent.PID)
public final class TrackingComponent extends TrackingCore {
  /**
   * Of the configuration whose properties are the techniques' settings, such as {@code uffd.mode}:
   * what holds for address spaces that say nothing of them.
   */
  static final String PID = "dev.ooh.tracking";

  @Activate
  public TrackingComponent(Map<String, Object> configuration) {
    configure(configuration);
  }

  @Modified
  void configure(Map<String, Object> configuration) {
    settings(Settings.ofConfiguration(configuration));
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindTechnique(TrackingTechnique technique) {
    add(technique);
  }

  void unbindTechnique(TrackingTechnique technique) {
    remove(technique);
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindObserver(TrackingObserver observer) {
    addObserver(observer);
  }

  void unbindObserver(TrackingObserver observer) {
    removeObserver(observer);
  }

  @Override
  @Deactivate
  public void close() {
    super.close();
  }
}
