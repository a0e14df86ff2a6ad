package dev.ooh.conformance;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import java.util.List;

/** A session that hands everything on to another; flaws and faults override what they change. */
public class ForwardingSession implements TrackingSession {
  private final TrackingSession session;

  protected ForwardingSession(TrackingSession session) {
    this.session = session;
  }

  @Override
  public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
    return session.fetch(scan, arm);
  }

  @Override
  public void unmapped(PageSet pages) {
    session.unmapped(pages);
  }

  @Override
  public boolean needsStoppedWriters() {
    return session.needsStoppedWriters();
  }

  @Override
  public String mode() {
    return session.mode();
  }

  @Override
  public List<String> remarks() {
    return session.remarks();
  }

  @Override
  public TechniqueStatistics statistics() {
    return session.statistics();
  }

  @Override
  public void close() {
    session.close();
  }
}
