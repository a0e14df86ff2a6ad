package dev.ooh.integration.probe.conformance;

import dev.ooh.conformance.TrackingUnderTest;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingTechnique;
import java.util.HashMap;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;

/** The core as a service; techniques go and come with their bundles. */
final class BundleTracking implements TrackingUnderTest {
  private final BundleContext context;
  private final ServiceReference<TrackingControl> reference;
  private final TrackingControl control;
  private final Map<String, Bundle> stopped = new HashMap<>();

  BundleTracking(BundleContext context) {
    this.context = context;
    this.reference = context.getServiceReference(TrackingControl.class);
    this.control = context.getService(reference);
  }

  @Override
  public TrackingControl control() {
    return control;
  }

  @Override
  public boolean depart(String technique) {
    try {
      for (ServiceReference<TrackingTechnique> found :
          context.getServiceReferences(TrackingTechnique.class, null)) {
        if (context.getService(found).descriptor().name().equals(technique)) {
          Bundle bundle = found.getBundle();
          bundle.stop(Bundle.STOP_TRANSIENT);
          stopped.put(technique, bundle);
          return true;
        }
      }
      return false;
    } catch (Exception e) {
      throw new IllegalStateException("stopping the bundle of " + technique + ": " + e, e);
    }
  }

  @Override
  public boolean arrive(String technique) {
    Bundle bundle = stopped.remove(technique);
    try {
      if (bundle != null) {
        bundle.start(Bundle.START_TRANSIENT);
      }
      return bundle != null;
    } catch (BundleException e) {
      throw new IllegalStateException("starting the bundle of " + technique + ": " + e, e);
    }
  }

  @Override
  public void close() {
    context.ungetService(reference);
  }
}
