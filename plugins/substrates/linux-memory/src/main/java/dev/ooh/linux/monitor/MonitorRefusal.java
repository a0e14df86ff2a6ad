package dev.ooh.linux.monitor;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Remedy;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import java.util.List;

/** The kernel refused a call that a living monitor made. */
public final class MonitorRefusal extends FacilityException {
  private static final long serialVersionUID = 1L;

  private final CallException call;
  private final transient PageSet done;

  MonitorRefusal(CallException cause, PageSet done) {
    super(cause, Remedy.synchronousRegistration(cause.errno()));
    call = cause;
    this.done = done;
  }

  /** The same, of a request of which these were done as well. */
  MonitorRefusal behind(List<PageSet> parts) {
    PageSet.Builder all = PageSet.builder();
    parts.forEach(all::addAll);
    return new MonitorRefusal(call, all.addAll(done).build());
  }

  public int errno() {
    return call.errno();
  }

  /** What the same request did before. */
  public PageSet done() {
    return done;
  }
}
