package dev.ooh.tracking.core.internal;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import org.osgi.service.component.annotations.Component;

/** Looks at nothing and reports everything: the baseline, and what is left when all else fails. */
@Component(service = TrackingTechnique.class)
public final class AllDirtyTechnique implements TrackingTechnique {
  public static final String NAME = "all-dirty";
  private static final TechniqueDescriptor DESCRIPTOR =
      new TechniqueDescriptor(NAME, "Assumes that every page was written", 0, false);

  @Override
  public TechniqueDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public Probe probe(AddressSpace space) {
    return Probe.usable("everything");
  }

  @Override
  public TrackingSession open(AddressSpace space) {
    return new Session();
  }

  private static final class Session implements TrackingSession {
    private static final Gathered EVERYTHING =
        Gathered.lost(PageSet.empty(), "all-dirty looks at no write");

    @Override
    public Gathered fetch(PageSet scan, PageSet arm) {
      return EVERYTHING;
    }

    @Override
    public void unmapped(PageSet pages) {}

    @Override
    public String mode() {
      return "everything";
    }

    @Override
    public TechniqueStatistics statistics() {
      return TechniqueStatistics.none();
    }

    @Override
    public void close() {}
  }
}
