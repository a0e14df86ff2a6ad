package dev.ooh.conformance.model;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.testing.space.StoreListener;
import dev.ooh.testing.space.TestMemory;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Gathered.Unseen;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Sees every store, and holds what it saw in a log of a few entries. Once told so, it can't watch
 * some pages, for two reasons.
 */
public final class ModelTechnique implements TrackingTechnique {
  private static final int ONE_IN = 7;

  private final TechniqueDescriptor descriptor;
  private final int capacity;
  private final boolean nearsighted;

  public ModelTechnique(String name, int capacity) {
    this(new TechniqueDescriptor(name, "a model", 10, false), capacity, false);
  }

  private ModelTechnique(TechniqueDescriptor descriptor, int capacity, boolean nearsighted) {
    this.descriptor = descriptor;
    this.capacity = capacity;
    this.nearsighted = nearsighted;
  }

  /** The same, which can't watch two pages of {@value #ONE_IN}. */
  public ModelTechnique nearsighted() {
    return new ModelTechnique(descriptor, capacity, true);
  }

  /** Each {@value #ONE_IN}th page of {@code pages}, from the {@code first} address on. */
  private static PageSet some(PageSet pages, int first) {
    PageSet.Builder some = PageSet.builder();
    pages.forEachPage(
        page -> {
          if (page / PageSet.PAGE_SIZE % ONE_IN == first) {
            some.addPage(page);
          }
        });
    return some.build();
  }

  private List<Unseen> unseen(PageSet scan) {
    return nearsighted
        ? Stream.of(
                new Unseen(some(scan, 2), "pages of one kind are too far away"),
                new Unseen(some(scan, 5), "pages of another kind are too near"))
            .filter(each -> !each.pages().isEmpty())
            .toList()
        : List.of();
  }

  @Override
  public TechniqueDescriptor descriptor() {
    return descriptor;
  }

  @Override
  public Probe probe(AddressSpace space) {
    return Probe.usable("model");
  }

  @Override
  public TrackingSession open(AddressSpace space) {
    return new Session((TestMemory) space.memory());
  }

  private final class Session implements TrackingSession, StoreListener {
    private final TestMemory memory;

    /** What the hardware watches; a mapping that goes takes it along. */
    private final Set<Long> watched = new HashSet<>();

    /** What the session believes to be watched, and does not arm again. */
    private final Set<Long> armed = new HashSet<>();

    private final Set<Long> log = new HashSet<>();
    private boolean overflow;

    Session(TestMemory memory) {
      this.memory = memory;
      memory.subscribe(this);
    }

    @Override
    public synchronized void stored(long address, long length) {
      long first = address & -PageSet.PAGE_SIZE;
      for (long page = first; page < address + length; page += PageSet.PAGE_SIZE) {
        stored(page);
      }
    }

    private void stored(long page) {
      if (watched.remove(page)) {
        overflow |= log.size() == capacity;
        if (!overflow) {
          log.add(page);
        }
      }
    }

    @Override
    public synchronized void gone(PageSet pages) {
      pages.forEachPage(watched::remove);
    }

    @Override
    public synchronized Gathered fetch(PageSet scan, PageSet arm) {
      PageSet.Builder pages = PageSet.builder();
      log.forEach(pages::addPage);
      armed.removeAll(log);
      log.clear();
      boolean lost = overflow;
      overflow = false;
      if (lost) {
        armed.retainAll(watched);
      }
      arm.forEachPage(
          page -> {
            if (armed.add(page)) {
              watched.add(page);
            }
          });
      List<Unseen> unseen = unseen(scan);
      PageSet seen = pages.build();
      for (Unseen each : unseen) {
        seen = seen.minus(each.pages());
      }
      return new Gathered(seen, unseen, lost ? List.of("log full") : List.of());
    }

    @Override
    public synchronized void unmapped(PageSet pages) {
      pages.forEachPage(armed::remove);
      pages.forEachPage(log::remove);
    }

    @Override
    public boolean needsStoppedWriters() {
      return false;
    }

    @Override
    public String mode() {
      return "model";
    }

    @Override
    public TechniqueStatistics statistics() {
      return TechniqueStatistics.none();
    }

    @Override
    public void close() {
      memory.unsubscribe(this);
    }
  }
}
