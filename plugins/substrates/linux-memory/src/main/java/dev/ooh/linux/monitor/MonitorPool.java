package dev.ooh.linux.monitor;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Remedy;
import dev.ooh.tracking.facility.FacilityException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The one monitor process of a substrate. It starts with the first descriptor that needs it, serves
 * those of every address space, is replaced when it is found dead, and ends with the last space.
 * Between spaces and techniques it goes by itself when it has nothing to serve. Safe for any
 * thread.
 */
public final class MonitorPool {
  private final MonitorLimits limits;

  private int users;
  private @Nullable MonitorProcess running;

  /** With the limits of daily use. */
  public MonitorPool() {
    this(MonitorLimits.usual());
  }

  /** Starts nothing yet. */
  public MonitorPool(MonitorLimits limits) {
    this.limits = limits;
  }

  /** A space was opened; it {@linkplain #leave leaves} once. */
  public synchronized void enter() {
    users++;
  }

  /** A space was closed. The last one's end is that of the monitor. */
  public synchronized void leave() {
    if (--users > 0) {
      return;
    }
    if (running != null) {
      running.kill();
      running = null;
    }
  }

  /** Has a copy of {@code userfaultfd} served; the caller closes its own copy then. */
  public synchronized Monitor serve(int userfaultfd) throws FacilityException {
    MonitorProcess known = running;
    if (known != null && known.isAlive()) {
      try {
        return new Monitor(known, userfaultfd, limits.answer());
      } catch (FacilityException e) {
        if (known.isAlive()) {
          throw e;
        }
        // It died, or ended by itself, since it was last asked. A new one takes over.
      }
    }
    return new Monitor(restart(known), userfaultfd, limits.answer());
  }

  private MonitorProcess restart(@Nullable MonitorProcess dead) throws FacilityException {
    if (dead != null) {
      dead.kill();
      running = null;
    }
    try {
      MonitorProcess started = MonitorProcess.start(limits);
      running = started;
      return started;
    } catch (IOException | CallException e) {
      throw new FacilityException(
          new IOException("start the userfaultfd monitor: " + e.getMessage(), e),
          e instanceof CallException call ? Remedy.descriptors(call) : "");
    }
  }
}
