package dev.ooh.uffd;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Drains the pages that faulted and protects them again. A page that is written between both is in
 * this report already, whose reader copies it only after {@link #fetch} returned.
 *
 * <p>Dropping a page's contents (madvise) drops its protection with them, without a fault; so the
 * session listens for changes of that kind and reports such pages itself.
 */
final class UffdSession implements TrackingSession {
  private final AddressSpace space;
  private final Mode mode;
  private final Descriptor descriptor;
  private final Changes changes = new Changes();
  private final AtomicLong fetches = new AtomicLong();
  private final AtomicLong reported = new AtomicLong();
  private final AtomicLong protectedPages = new AtomicLong();
  private PageSet registered = PageSet.empty();

  /** Protected at the last fetch or before, and not drained since. */
  private PageSet armed = PageSet.empty();

  private boolean closed;

  UffdSession(AddressSpace space, Mode mode, Descriptor descriptor) {
    this.space = space;
    this.mode = mode;
    this.descriptor = descriptor;
    space.addListener(changes);
  }

  static String name(Mode mode) {
    return switch (mode) {
      case SYNCHRONOUS_WRITE_PROTECT -> "synchronous";
      case ASYNCHRONOUS_WRITE_PROTECT -> "asynchronous";
      case MISSING -> "missing";
    };
  }

  @Override
  public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
    if (closed) {
      throw new TrackingException("the uffd session is closed, wanted an open one");
    }
    PageSet fresh = arm.minus(registered);
    if (!fresh.isEmpty()) {
      descriptor.register(fresh);
      registered = registered.union(fresh);
    }
    PageSet written = descriptor.drain().union(changes.take().intersect(armed));
    Optional<String> lost = descriptor.lost();
    // After a loss nobody knows what is still protected.
    PageSet intact = lost.isPresent() ? PageSet.empty() : armed.minus(written);
    PageSet wanted = lost.isPresent() ? armed.union(arm) : arm;
    PageSet protect = wanted.minus(intact);
    if (!protect.isEmpty()) {
      descriptor.writeProtect(protect);
    }
    armed = intact.union(wanted);
    fetches.incrementAndGet();
    reported.addAndGet(written.pageCount());
    protectedPages.addAndGet(protect.pageCount());
    return new Gathered(written, lost);
  }

  @Override
  public void unmapped(PageSet pages) {
    PageSet gone = registered.intersect(pages);
    if (!gone.isEmpty()) {
      descriptor.unregister(gone);
      registered = registered.minus(gone);
    }
    armed = armed.minus(pages);
  }

  @Override
  public boolean needsStoppedWriters() {
    return false;
  }

  @Override
  public String mode() {
    return name(mode);
  }

  @Override
  public TechniqueStatistics statistics() {
    return TechniqueStatistics.of(
        Map.of(
            "session.fetches", fetches.get(),
            "session.pages", reported.get(),
            "session.protected", protectedPages.get()));
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      space.removeListener(changes);
      descriptor.close();
    }
  }

  /** Pages that changed without a store. */
  private static final class Changes implements AddressSpace.Listener {
    private PageSet pages = PageSet.empty();

    @Override
    public synchronized void changed(AddressSpace where, PageSet changed) {
      pages = pages.union(changed);
    }

    synchronized PageSet take() {
      PageSet taken = pages;
      pages = PageSet.empty();
      return taken;
    }
  }
}
