package dev.ooh.uffd;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.ArmedSession;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Drains the pages that faulted and protects them again. A page that is written between both is in
 * this report already, whose reader copies it only after the fetch.
 */
final class UffdSession extends ArmedSession {
  private final Watch watch;
  private final AtomicLong protectedPages = new AtomicLong();
  private final AtomicLong otherwise = new AtomicLong();
  private final AtomicLong unwatched = new AtomicLong();

  /**
   * @param strict whether no region may be watched in another mode
   */
  UffdSession(AddressSpace space, Userfaultfd facility, Mode mode, boolean strict)
      throws TrackingException {
    super("uffd", space);
    watch = new Watch(space, facility, mode, strict);
  }

  @Override
  protected Gathered collect(PageSet scan, PageSet arm) throws TrackingException {
    watch.place(arm);
    otherwise.set(watch.watchedOtherwise().pageCount());
    unwatched.set(watch.unwatched().pageCount());
    PageSet written = watch.drain(arm);
    return new Gathered(written, watch.unseen(scan), watch.lost());
  }

  @Override
  protected boolean rearms() {
    return true;
  }

  @Override
  protected List<String> arm(PageSet fresh) throws TrackingException {
    watch.protect(fresh);
    protectedPages.addAndGet(fresh.pageCount());
    return watch.lost();
  }

  @Override
  protected void forget(PageSet unmapped) {
    watch.unmapped(unmapped);
  }

  @Override
  public String mode() {
    return watch.mode();
  }

  @Override
  public List<String> remarks() {
    return watch.remarks();
  }

  @Override
  protected Map<String, Long> counts() {
    return Map.of(
        "session.protected", protectedPages.get(),
        "session.asynchronous", otherwise.get(),
        "session.unwatched", unwatched.get());
  }

  @Override
  protected void release() {
    watch.close();
  }
}
