package dev.ooh.conformance;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** A technique whose session dies when it is told to; the core must not lose a page by that. */
final class MortalTechnique implements TrackingTechnique {
  private final TrackingTechnique technique;
  private final AtomicReference<Optional<Death>> fate;

  MortalTechnique(TrackingTechnique technique, AtomicReference<Optional<Death>> fate) {
    this.technique = technique;
    this.fate = fate;
  }

  @Override
  public TechniqueDescriptor descriptor() {
    return technique.descriptor();
  }

  @Override
  public Probe probe(AddressSpace space) {
    return technique.probe(space);
  }

  @Override
  public TrackingSession open(AddressSpace space) throws TrackingException {
    return new Session(technique.open(space));
  }

  private final class Session extends ForwardingSession {
    Session(TrackingSession session) {
      super(session);
    }

    @Override
    public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
      Optional<Death> death = fate.getAndSet(Optional.empty());
      if (death.isEmpty()) {
        return super.fetch(scan, arm);
      }
      switch (death.get()) {
        case BEFORE_THE_DRAIN -> throw new TrackingException("killed before the drain");
        case LINKAGE_ERROR -> throw new NoClassDefFoundError("killed");
        case AFTER_THE_DRAIN -> {
          super.fetch(scan, arm);
          throw new TrackingException("killed after the drain");
        }
        case LOST -> {
          super.fetch(scan, arm);
          return Gathered.lost(PageSet.empty(), "killed: what was drained is lost");
        }
      }
      throw new IllegalStateException("death is " + death);
    }
  }
}
