package dev.ooh.uffd;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.Userfaultfd;
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
  /** How often in a row a handler may die while pages are protected again. */
  private static final int PATIENCE = 3;

  private final AddressSpace space;
  private final Watch watch;
  private final Changes changes = new Changes();
  private final AtomicLong fetches = new AtomicLong();
  private final AtomicLong reported = new AtomicLong();
  private final AtomicLong protectedPages = new AtomicLong();
  private final AtomicLong otherwise = new AtomicLong();
  private final AtomicLong unwatched = new AtomicLong();

  /** Protected at the last fetch or before, and not drained since. */
  private PageSet armed = PageSet.empty();

  private boolean closed;

  /**
   * @param strict whether no region may be watched in another mode
   */
  UffdSession(AddressSpace space, Userfaultfd facility, Mode mode, boolean strict)
      throws TrackingException {
    this.space = space;
    watch = new Watch(space, facility, mode, strict);
    space.addListener(changes);
  }

  @Override
  public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
    if (closed) {
      throw new TrackingException("the uffd session is closed, wanted an open one");
    }
    watch.place(arm);
    PageSet drained = watch.drain(arm);
    PageSet changed = changes.take().intersect(armed);
    PageSet intact = armed.minus(changed).minus(drained.minus(arm));
    PageSet written = drained.union(changed);
    Optional<String> lost = protect(watch.lost(), intact, arm);
    written = written.union(watch.unwatched().intersect(scan));
    fetches.incrementAndGet();
    reported.addAndGet(written.pageCount());
    otherwise.set(watch.watchedOtherwise().pageCount());
    unwatched.set(watch.unwatched().pageCount());
    return new Gathered(written, lost);
  }

  /** Arms anew; a handler that dies over it is told in this report, not only in the next one. */
  private Optional<String> protect(Optional<String> drained, PageSet stillArmed, PageSet arm)
      throws TrackingException {
    Optional<String> lost = drained;
    for (int attempt = 0; attempt < PATIENCE; attempt++) {
      // After a loss nobody knows what is still protected.
      PageSet intact = lost.isPresent() ? PageSet.empty() : stillArmed;
      PageSet wanted = lost.isPresent() ? armed.union(arm) : arm;
      PageSet protect = wanted.minus(intact);
      watch.protect(protect);
      protectedPages.addAndGet(protect.pageCount());
      Optional<String> late = watch.lost();
      if (late.isEmpty()) {
        armed = intact.union(wanted);
        return lost;
      }
      lost = late;
    }
    throw new TrackingException(
        "protecting %s failed %d times: %s".formatted(arm, PATIENCE, lost.orElse("")));
  }

  @Override
  public void unmapped(PageSet pages) {
    watch.unregister(pages);
    armed = armed.minus(pages);
  }

  @Override
  public boolean needsStoppedWriters() {
    return false;
  }

  @Override
  public String mode() {
    return watch.mode();
  }

  @Override
  public TechniqueStatistics statistics() {
    return TechniqueStatistics.of(
        Map.of(
            "session.fetches", fetches.get(),
            "session.pages", reported.get(),
            "session.protected", protectedPages.get(),
            "session.asynchronous", otherwise.get(),
            "session.unwatched", unwatched.get()));
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      space.removeListener(changes);
      watch.close();
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
