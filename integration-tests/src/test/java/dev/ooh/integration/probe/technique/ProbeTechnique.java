package dev.ooh.integration.probe.technique;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** The smallest plugin: a technique that reports everything, in a bundle of its own. */
public final class ProbeTechnique implements TrackingTechnique, BundleActivator {
  @Override
  public void start(BundleContext context) {
    context.registerService(TrackingTechnique.class, this, null);
  }

  @Override
  public void stop(BundleContext context) {}

  @Override
  public TechniqueDescriptor descriptor() {
    return new TechniqueDescriptor("probe-technique", "reports everything", 1, false);
  }

  @Override
  public Probe probe(AddressSpace space) {
    return Probe.usable("probing");
  }

  @Override
  public TrackingSession open(AddressSpace space) {
    return new TrackingSession() {
      @Override
      public Gathered fetch(PageSet scan, PageSet arm) {
        return Gathered.of(scan);
      }

      @Override
      public void unmapped(PageSet pages) {}

      @Override
      public String mode() {
        return "probing";
      }

      @Override
      public TechniqueStatistics statistics() {
        return TechniqueStatistics.none();
      }

      @Override
      public void close() {}
    };
  }
}
