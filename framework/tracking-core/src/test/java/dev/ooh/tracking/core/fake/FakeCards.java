package dev.ooh.tracking.core.fake;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.testing.space.StoreListener;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import java.util.Map;
import java.util.TreeSet;

/** A technique that reports the cards that were stored to, smaller than pages. */
public final class FakeCards implements TrackingTechnique {
  /** Bytes of a card. */
  public static final int CARD = 512;

  @Override
  public TechniqueDescriptor descriptor() {
    return new TechniqueDescriptor("cards", "for tests", 5, false);
  }

  @Override
  public Probe probe(AddressSpace space) {
    return Probe.usable("fake");
  }

  @Override
  public TrackingSession open(AddressSpace space) {
    return new Session((TestSpace) space);
  }

  /** Knows what is armed by address, and marks whole cards. */
  private static final class Session implements TrackingSession, StoreListener {
    private final TestSpace space;
    private final TreeSet<Long> written = new TreeSet<>();
    private PageSet armed = PageSet.empty();

    Session(TestSpace space) {
      this.space = space;
      space.memory().subscribe(this);
    }

    @Override
    public void stored(long address, long length) {
      if (armed.contains(address)) {
        written.add(address & -CARD);
      }
    }

    @Override
    public Gathered fetch(PageSet scan, PageSet arm) {
      PageSet.Builder cards = PageSet.builder();
      written.forEach(card -> cards.add(card, card + CARD));
      PageSet found = cards.build().intersect(scan);
      written.removeIf(found::contains);
      armed = armed.minus(found).union(arm);
      return Gathered.of(found);
    }

    @Override
    public void unmapped(PageSet pages) {
      armed = armed.minus(pages);
      written.removeIf(pages::contains);
    }

    @Override
    public boolean needsStoppedWriters() {
      return false;
    }

    @Override
    public String mode() {
      return "fake";
    }

    @Override
    public TechniqueStatistics statistics() {
      return TechniqueStatistics.of(Map.of());
    }

    @Override
    public void close() {
      space.memory().unsubscribe(this);
    }
  }
}
