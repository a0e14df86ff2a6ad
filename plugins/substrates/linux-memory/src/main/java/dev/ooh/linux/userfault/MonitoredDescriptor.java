package dev.ooh.linux.userfault;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.Remedy;
import dev.ooh.linux.layout.Uffdio;
import dev.ooh.linux.monitor.Monitor;
import dev.ooh.linux.monitor.MonitorPool;
import dev.ooh.linux.monitor.MonitorRefusal;
import dev.ooh.linux.scan.ProcessMappings;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Faults are resolved and recorded by a {@link Monitor}. When it dies, or had to be ended, what it
 * had recorded is lost and every page is writable: the loss is told, and a new monitor takes its
 * place. Where none can be started, or take over all ranges, each call tries again and fails with
 * the reason.
 *
 * <p>A page that loses its entry loses its protection without a fault: it was discarded, reclaimed
 * after MADV_FREE, or its mapping was replaced. Nobody would ever see a write to it again. So a
 * drain also looks for pages that were protected here and no longer are.
 *
 * <p>A snapshot asks its monitor beside the tracker's thread, so all is guarded by this.
 */
final class MonitoredDescriptor implements Descriptor {
  private final Architecture architecture;
  private final MonitorPool pool;
  private final long registerMode;
  private Monitor monitor;
  private PageSet registered = PageSet.empty();

  private final ProtectedPages protectedPages;
  private final ProcessMappings mappings;
  private final SnapshotBuffer buffer = new SnapshotBuffer();

  /** What a snapshot can't tell any more; null while none is on. */
  private @Nullable PageSet lostOfSnapshot;

  private @Nullable String lost;
  private volatile boolean closed;

  MonitoredDescriptor(Architecture architecture, MonitorPool pool, Mode mode)
      throws FacilityException {
    this.architecture = architecture;
    this.pool = pool;
    registerMode = mode == Mode.MISSING ? Uffdio.REGISTER_MODE_MISSING : Uffdio.REGISTER_MODE_WP;
    mappings = new ProcessMappings();
    protectedPages = new ProtectedPages();
    try {
      monitor = start();
    } catch (FacilityException | RuntimeException e) {
      mappings.close();
      protectedPages.close();
      buffer.close();
      throw e;
    }
  }

  private Monitor start() throws FacilityException {
    // Closed on this side once handed over: only the monitor holds it, so that its end frees it.
    try (SynchronousUserfaultfd userfaultfd = new SynchronousUserfaultfd(architecture)) {
      return pool.serve(userfaultfd.fd());
    }
  }

  @Override
  public synchronized void register(PageSet ranges) throws FacilityException {
    PageSet fresh = ranges.minus(registered);
    if (fresh.isEmpty()) {
      return;
    }
    try {
      ask(it -> register(it, fresh));
      registered = registered.union(fresh);
    } catch (MonitorRefusal e) {
      registered = registered.union(e.done());
      throw e;
    }
  }

  private void register(Monitor with, PageSet ranges) throws FacilityException {
    if (registerMode == Uffdio.REGISTER_MODE_WP) {
      refusePrivateFiles(ranges);
    }
    with.register(ranges, registerMode);
  }

  /**
   * The kernel takes those that lie in memory. But when a copy that this process wrote is
   * discarded, its mark stays, and the page reads as its file again: nothing here would tell.
   */
  private void refusePrivateFiles(PageSet ranges) throws FacilityException {
    PageSet found = mappings.privateFiles(ranges);
    if (!found.isEmpty()) {
      throw new FacilityException(
          CallException.of(
              "write-protect [0x%x, 0x%x) synchronously, a private mapping of a file"
                  .formatted(found.runStart(0), found.runEnd(0)),
              Errno.EINVAL),
          Remedy.synchronousRegistration(Errno.EINVAL));
    }
  }

  /** What can't be let go of stays another tracker's obstacle, which is told as a doubt. */
  @Override
  public synchronized void unregister(PageSet ranges) {
    PageSet gone = ranges.intersect(registered);
    registered = registered.minus(gone);
    protectedPages.remove(gone);
    loseOfSnapshot(gone);
    // A dead monitor has let go of everything; a new one takes over at the next question.
    if (gone.isEmpty() || !monitor.isAlive()) {
      return;
    }
    try {
      monitor.unregister(gone);
    } catch (FacilityException e) {
      lost = e.getMessage();
    }
  }

  @Override
  public synchronized void writeProtect(PageSet ranges) throws FacilityException {
    try {
      protect(ranges);
    } catch (MonitorRefusal e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      // What is mapped there now is not what was registered.
      loseOfSnapshot(ranges);
      ask(it -> register(it, ranges));
      lost = "a mapping of %s was replaced or moved, not by the address space".formatted(ranges);
      protect(ranges);
    }
  }

  private void protect(PageSet ranges) throws FacilityException {
    PageSet lostPages = lostOfSnapshot;
    // A snapshot protected what it owes. Once more would hide that a page lost its contents since.
    PageSet kept = lostPages == null ? PageSet.empty() : owedBySnapshot(ranges).minus(lostPages);
    PageSet wanted = ranges.minus(kept);
    if (!wanted.isEmpty()) {
      keepHugePages(wanted);
      ask(it -> it.protect(wanted, Uffdio.WRITEPROTECT_MODE_WP));
    }
    protectedPages.add(ranges);
  }

  /**
   * The first writer to a huge page that is protected as a whole has all of it resolved and
   * recorded: a part of it would have to be mapped by itself from then on.
   */
  private void keepHugePages(PageSet ranges) throws FacilityException {
    if (protectedPages.protecting(ranges)) {
      ask(it -> it.wholeBlocks(protectedPages.hugeBlocks()));
    }
  }

  @Override
  public synchronized PageSet drain() throws FacilityException {
    // Before the faults: a page that is resolved in between is drained with them, once.
    PageSet taken = protectedPages.takeUnprotected();
    loseOfSnapshot(taken);
    protectedPages.unmapped().ifPresent(reason -> lost = reason);
    PageSet[] drained = {PageSet.empty()};
    try {
      ask(it -> drained[0] = it.drain());
    } catch (MonitorRefusal e) {
      if (e.errno() != Errno.ENOSPC) {
        throw e;
      }
      lost = e.getMessage();
      protectedPages.remove(protectedPages.pages()); // any of them may have been written
    }
    protectedPages.remove(drained[0]);
    return drained[0].union(taken).intersect(registered);
  }

  @Override
  public synchronized Optional<String> lost() {
    Optional<String> reason = Optional.ofNullable(lost);
    lost = null;
    return reason;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      monitor.close();
      mappings.close();
      protectedPages.close();
      buffer.close();
    }
  }

  /** Waits for nobody who is using it. */
  boolean isClosed() {
    return closed;
  }

  /** Whether the first write to each of {@code pages} waits for the monitor, or did. */
  synchronized boolean protects(PageSet pages) {
    return registerMode == Uffdio.REGISTER_MODE_WP
        && !closed
        && monitor.isAlive()
        && protectedPages.pages().containsAll(pages);
  }

  /**
   * Begins the snapshot that was prepared by {@code preparedBy}; returns what was written before
   * and not drained since, which is part of it.
   */
  synchronized PageSet beginSnapshot(Monitor preparedBy, PageSet pages) throws FacilityException {
    if (monitor != preparedBy) {
      throw new FacilityException("its monitor was replaced, and knows nothing of it");
    }
    // Between a tracker's drain and its protection writers wait for nobody.
    if (!protects(pages)) {
      throw new FacilityException(
          "found pages that are being protected anew, wanted all protected");
    }
    PageSet late = monitor.beginSnapshot();
    lostOfSnapshot = PageSet.empty();
    return late;
  }

  /** A snapshot that was prepared by {@code preparedBy} ended. */
  synchronized void endSnapshot(Monitor preparedBy) {
    if (monitor == preparedBy) {
      lostOfSnapshot = null;
    }
  }

  /**
   * These pages have no protection. A snapshot still owes those that had a write neither waited for
   * nor saved: whatever they hold now, nobody can tell what it was when it began.
   */
  private void loseOfSnapshot(PageSet unprotected) {
    PageSet known = lostOfSnapshot;
    if (known != null && !unprotected.isEmpty()) {
      lostOfSnapshot = known.union(owedBySnapshot(unprotected));
    }
  }

  /** Pages of the snapshot that lost their protection without a write. */
  synchronized PageSet lostOfSnapshot() {
    PageSet known = lostOfSnapshot;
    return known == null ? PageSet.empty() : known;
  }

  private PageSet owedBySnapshot(PageSet pages) {
    try {
      return monitor.owed(pages);
    } catch (FacilityException e) {
      return PageSet.empty(); // the snapshot was lost before, and tells so
    }
  }

  /** For copies of pages that snapshots save. */
  SnapshotBuffer buffer() {
    return buffer;
  }

  /** The one that serves this now; one that takes its place knows nothing of its snapshots. */
  synchronized Monitor monitor() {
    return monitor;
  }

  /** Something to ask of a monitor, of a new one once more if need be. */
  @FunctionalInterface
  private interface Request {
    void make(Monitor monitor) throws FacilityException;
  }

  private void ask(Request request) throws FacilityException {
    if (closed) {
      throw new FacilityException("the userfaultfd is closed, wanted an open one");
    }
    if (monitor.isAlive()) {
      try {
        request.make(monitor);
        return;
      } catch (FacilityException e) {
        if (monitor.isAlive()) {
          throw e;
        }
        lost = e.getMessage();
      }
    }
    replace();
    request.make(monitor);
  }

  private void replace() throws FacilityException {
    if (lost == null) {
      lost = "the userfaultfd monitor died";
    }
    monitor.close();
    Monitor fresh = start();
    try {
      register(fresh, registered);
    } catch (FacilityException | RuntimeException e) {
      // One that watches a part would be taken for one that watches all.
      fresh.close();
      throw e;
    }
    monitor = fresh;
    lostOfSnapshot = null;
    protectedPages.clear();
  }
}
