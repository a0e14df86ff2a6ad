package dev.ooh.linux.monitor;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Remedy;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;

/** The kernel refused a call that a living monitor made. */
public final class MonitorRefusal extends FacilityException {
  private static final long serialVersionUID = 1L;

  private final transient PageSet done;
  private final int errno;

  MonitorRefusal(CallException cause, PageSet done) {
    super(cause, Remedy.synchronousRegistration(cause.errno()));
    this.done = done;
    errno = cause.errno();
  }

  public int errno() {
    return errno;
  }

  /** What the same request did before. */
  public PageSet done() {
    return done;
  }
}
