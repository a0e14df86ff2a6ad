package dev.ooh.example;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** The log at work on one address space. */
final class FaultLogSession implements TrackingSession {
  private final AddressSpace space;
  private final Descriptor descriptor;
  private final Discards discards = new Discards();
  private final AtomicLong logged = new AtomicLong();
  private PageSet armed = PageSet.empty();

  FaultLogSession(AddressSpace space, Descriptor descriptor) {
    this.space = space;
    this.descriptor = descriptor;
    space.addListener(discards);
  }

  @Override
  public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
    PageSet faulted = descriptor.drain(); // each of these is writable again, so unarmed
    PageSet written = faulted.union(discards.drain().intersect(armed)); // and so are these
    Optional<String> lost = descriptor.lost();
    PageSet intact = lost.isPresent() ? PageSet.empty() : armed.minus(written);
    PageSet wanted = lost.isPresent() ? arm.union(armed) : arm;
    PageSet fresh = wanted.minus(intact); // never protect again what still is: it costs
    if (!fresh.isEmpty()) {
      descriptor.register(fresh);
      descriptor.writeProtect(fresh);
    }
    armed = intact.union(wanted);
    logged.addAndGet(written.pageCount());
    return new Gathered(written, lost);
  }

  @Override
  public void unmapped(PageSet pages) {
    descriptor.unregister(pages);
    armed = armed.minus(pages);
  }

  @Override
  public String mode() {
    return "synchronous";
  }

  @Override
  public TechniqueStatistics statistics() {
    return TechniqueStatistics.of(Map.of("log.pages", logged.get()));
  }

  @Override
  public void close() {
    space.removeListener(discards);
    descriptor.close();
  }
}
