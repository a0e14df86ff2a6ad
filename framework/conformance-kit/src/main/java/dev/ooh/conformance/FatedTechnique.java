package dev.ooh.conformance;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Gathered.Unseen;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A technique whose sessions die, or go blind to some pages, when they are told to, and whose work
 * is counted. The core must not lose a page by the one, nor a reason by the other.
 */
final class FatedTechnique implements TrackingTechnique {
  private final TrackingTechnique technique;
  private final Fate fate;

  FatedTechnique(TrackingTechnique technique, Fate fate) {
    this.technique = technique;
    this.fate = fate;
  }

  @Override
  public TechniqueDescriptor descriptor() {
    return technique.descriptor();
  }

  @Override
  public Probe probe(AddressSpace space) {
    return technique.probe(CountedFacilities.of(space, fate::worked));
  }

  @Override
  public TrackingSession open(AddressSpace space) throws TrackingException {
    fate.worked(Work.session());
    return new Session(technique.open(CountedFacilities.of(space, fate::worked)));
  }

  private final class Session extends ForwardingSession {
    /** What could not be watched since the last fetch. */
    private List<Unseen> unwatched = List.of();

    Session(TrackingSession session) {
      super(session);
    }

    @Override
    public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
      fate.worked(Work.fetch());
      Gathered answer = fated(scan, arm);
      fate.answered(answer);
      return answer;
    }

    private Gathered fated(PageSet scan, PageSet arm) throws TrackingException {
      Optional<Death> death = fate.takeDeath();
      if (death.isEmpty()) {
        return nearsighted(scan, arm);
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

    /** What couldn't be watched until now is reported this once more. */
    private Gathered nearsighted(PageSet scan, PageSet arm) throws TrackingException {
      List<Unseen> blindness = fate.blindness();
      List<Unseen> unseen = blindness.isEmpty() ? unwatched : blindness;
      unwatched = blindness;
      PageSet watched = arm.minus(pages(blindness));
      Gathered gathered = super.fetch(scan, watched);
      List<Unseen> all = new ArrayList<>(gathered.unseen());
      unseen.forEach(each -> all.add(new Unseen(each.pages().intersect(scan), each.reason())));
      return new Gathered(gathered.pages().minus(pages(unseen)), all, gathered.lost());
    }

    private static PageSet pages(List<Unseen> parts) {
      PageSet all = PageSet.empty();
      for (Unseen each : parts) {
        all = all.union(each.pages());
      }
      return all;
    }
  }
}
