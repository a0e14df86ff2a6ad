package dev.ooh.conformance.model;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TechniqueDescriptor;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.TrackingTechnique;
import java.util.HashSet;
import java.util.Set;

/** Sees every store, and holds what it saw in a log of a few entries. */
public final class ModelTechnique implements TrackingTechnique {
  private final TechniqueDescriptor descriptor;
  private final int capacity;

  public ModelTechnique(String name, int capacity) {
    this.descriptor = new TechniqueDescriptor(name, "a model", 10, false);
    this.capacity = capacity;
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
    return new Session(((ModelSpace) space).memory());
  }

  private final class Session implements TrackingSession, ModelMemory.Hardware {
    private final ModelMemory memory;

    /** What the hardware watches; a mapping that goes takes it along. */
    private final Set<Long> watched = new HashSet<>();

    /** What the session believes to be watched, and does not arm again. */
    private final Set<Long> armed = new HashSet<>();

    private final Set<Long> log = new HashSet<>();
    private boolean overflow;

    Session(ModelMemory memory) {
      this.memory = memory;
      memory.subscribe(this);
    }

    @Override
    public synchronized void stored(long page) {
      if (watched.remove(page)) {
        overflow |= log.size() == capacity;
        if (!overflow) {
          log.add(page);
        }
      }
    }

    @Override
    public synchronized void unmapped(long page) {
      watched.remove(page);
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
      return lost ? Gathered.lost(pages.build(), "log full") : Gathered.of(pages.build());
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
