package dev.ooh.linux.userfault;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.layout.Uffdio;
import dev.ooh.linux.monitor.Monitor;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Faults are resolved and recorded by a {@link Monitor}. When it dies, what it had recorded is lost
 * and every page is writable: the loss is told, and a new monitor takes its place.
 */
final class MonitoredDescriptor implements Descriptor {
  private final Architecture architecture;
  private final Mode mode;
  private Monitor monitor;
  private PageSet registered = PageSet.empty();
  private @Nullable String lost;

  MonitoredDescriptor(Architecture architecture, Mode mode) throws FacilityException {
    this.architecture = architecture;
    this.mode = mode;
    monitor = start();
  }

  private Monitor start() throws FacilityException {
    // Closed on this side once handed over: only the monitor holds it, so that its end frees it.
    try (SynchronousUserfaultfd userfaultfd = new SynchronousUserfaultfd(architecture)) {
      return Monitor.start(userfaultfd.fd());
    }
  }

  @Override
  public void register(PageSet ranges) throws FacilityException {
    PageSet fresh = ranges.minus(registered);
    if (fresh.isEmpty()) {
      return;
    }
    try {
      monitor.register(fresh, registerMode());
      registered = registered.union(fresh);
    } catch (FacilityException e) {
      if (monitor.isAlive()) {
        throw e;
      }
      registered = registered.union(fresh);
      replace();
    }
  }

  @Override
  public void unregister(PageSet ranges) {
    PageSet gone = ranges.intersect(registered);
    registered = registered.minus(gone);
    for (int run = 0; run < gone.runCount(); run++) {
      try {
        monitor.unregister(PageSet.of(gone.runStart(run), gone.runEnd(run)));
      } catch (FacilityException e) {
        // Unmapped already: nothing to let go of. A dead monitor is found at the next drain.
      }
    }
  }

  @Override
  public void writeProtect(PageSet ranges) throws FacilityException {
    try {
      monitor.protect(ranges, Uffdio.WRITEPROTECT_MODE_WP);
    } catch (FacilityException e) {
      if (monitor.isAlive()) {
        throw e;
      }
      replace();
      monitor.protect(ranges, Uffdio.WRITEPROTECT_MODE_WP);
    }
  }

  @Override
  public PageSet drain() throws FacilityException {
    try {
      return monitor.drain().intersect(registered);
    } catch (FacilityException e) {
      if (monitor.isAlive()) {
        throw e;
      }
      replace();
      return PageSet.empty();
    }
  }

  @Override
  public Optional<String> lost() {
    Optional<String> reason = Optional.ofNullable(lost);
    lost = null;
    return reason;
  }

  @Override
  public void close() {
    monitor.close();
  }

  private long registerMode() {
    return mode == Mode.MISSING ? Uffdio.REGISTER_MODE_MISSING : Uffdio.REGISTER_MODE_WP;
  }

  private void replace() throws FacilityException {
    lost = "the userfaultfd monitor died";
    monitor.close();
    monitor = start();
    monitor.register(registered, registerMode());
  }
}
