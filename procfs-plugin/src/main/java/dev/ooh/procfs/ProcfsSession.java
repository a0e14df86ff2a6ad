package dev.ooh.procfs;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.ArmedSession;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingException;
import java.util.List;

/** Reads and re-arms by one of two modes. */
final class ProcfsSession extends ArmedSession {
  private final PagemapMode mode;

  ProcfsSession(PagemapMode mode) {
    super("procfs");
    this.mode = mode;
  }

  @Override
  protected Gathered collect(PageSet scan, PageSet arm) throws TrackingException {
    return mode.collect(scan, arm, armed());
  }

  @Override
  protected List<String> arm(PageSet fresh) throws TrackingException {
    mode.arm(fresh);
    return List.of();
  }

  @Override
  protected void forget(PageSet unmapped) {
    mode.unmapped(unmapped);
  }

  @Override
  public boolean needsStoppedWriters() {
    return mode.needsStoppedWriters();
  }

  @Override
  public String mode() {
    return mode.name();
  }

  @Override
  public List<String> remarks() {
    return mode.remarks();
  }

  @Override
  protected void release() {
    mode.close();
  }
}
