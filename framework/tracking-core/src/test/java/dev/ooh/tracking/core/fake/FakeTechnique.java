package dev.ooh.tracking.core.fake;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.testing.space.StoreListener;
import dev.ooh.testing.space.TestMemory;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Exact, and wrong in whatever way a test wants: the hooks run where the name says. */
public final class FakeTechnique implements TrackingTechnique {
  /** A technique's code that a test replaces. */
  public interface Hook {
    void run() throws TrackingException;
  }

  private final TechniqueDescriptor descriptor;
  public Probe probe = Probe.usable("fake");
  public Hook onProbe = () -> {};
  public Hook onOpen = () -> {};
  public Hook beforeFetch = () -> {};
  public Hook afterFetch = () -> {};

  /**
   * When set, the next fetch says that something was lost, for these reasons, and reports nothing.
   */
  public List<String> lose = List.of();

  /** What every fetch says that it can't watch. */
  public List<Gathered.Unseen> unseen = List.of();

  /** Every answer of a session is null, or holds null. */
  public boolean answersNull;

  public boolean sessionNeedsStoppedWriters;
  public int opened;
  public int open;
  public final List<PageSet> unmapped = new ArrayList<>();

  public FakeTechnique(String name, int preference) {
    this(name, preference, false);
  }

  public FakeTechnique(String name, int preference, boolean needsStoppedWriters) {
    descriptor = new TechniqueDescriptor(name, "for tests", preference, needsStoppedWriters);
    sessionNeedsStoppedWriters = needsStoppedWriters;
  }

  @Override
  public TechniqueDescriptor descriptor() {
    return descriptor;
  }

  @Override
  public Probe probe(AddressSpace space) {
    try {
      onProbe.run();
    } catch (TrackingException e) {
      throw new IllegalStateException(e);
    }
    return probe;
  }

  @Override
  public TrackingSession open(AddressSpace space) throws TrackingException {
    onOpen.run();
    opened++;
    open++;
    return new Session((TestMemory) space.memory());
  }

  /** What a plugin's code, which nobody checked for nulls, may well return. */
  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  private final class Session implements TrackingSession, StoreListener {
    private final TestMemory memory;
    private final Set<Long> armed = new HashSet<>();
    private final Set<Long> written = new HashSet<>();
    private long fetches;
    private boolean closed;

    Session(TestMemory memory) {
      this.memory = memory;
      memory.subscribe(this);
    }

    @Override
    public synchronized void stored(long address, long length) {
      long page = address & -PageSet.PAGE_SIZE;
      if (armed.remove(page)) {
        written.add(page);
      }
    }

    @Override
    public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
      beforeFetch.run();
      Gathered gathered = drain(arm);
      afterFetch.run();
      return answersNull ? Gathered.of(nothing()) : gathered;
    }

    private synchronized Gathered drain(PageSet arm) {
      fetches++;
      PageSet.Builder pages = PageSet.builder();
      written.forEach(pages::addPage);
      written.clear();
      arm.forEachPage(armed::add);
      if (!lose.isEmpty()) {
        Gathered lost = new Gathered(PageSet.empty(), unseen, lose);
        lose = List.of();
        return lost;
      }
      return new Gathered(pages.build(), unseen, List.of());
    }

    @Override
    public synchronized void unmapped(PageSet pages) {
      unmapped.add(pages);
      armed.removeIf(pages::contains);
      written.removeIf(pages::contains);
    }

    @Override
    public boolean needsStoppedWriters() {
      return sessionNeedsStoppedWriters;
    }

    @Override
    public String mode() {
      return answersNull ? nothing() : "fake";
    }

    @Override
    public List<String> remarks() {
      return answersNull ? Collections.singletonList(nothing()) : List.of();
    }

    @Override
    public synchronized TechniqueStatistics statistics() {
      return answersNull ? nothing() : TechniqueStatistics.of(Map.of("fetches", fetches));
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        open--;
        memory.unsubscribe(this);
      }
    }
  }
}
