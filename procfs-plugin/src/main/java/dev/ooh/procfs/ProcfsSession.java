package dev.ooh.procfs;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Knows what is armed, and asks the mode for the rest. */
final class ProcfsSession implements TrackingSession {
  private final PagemapMode mode;
  private final AtomicLong fetches = new AtomicLong();
  private final AtomicLong reported = new AtomicLong();
  private PageSet armed = PageSet.empty();
  private boolean closed;

  ProcfsSession(PagemapMode mode) {
    this.mode = mode;
  }

  @Override
  public Gathered fetch(PageSet scan, PageSet arm) throws TrackingException {
    if (closed) {
      throw new TrackingException("the procfs session is closed, wanted an open one");
    }
    PageSet written = mode.collect(scan, arm, armed);
    armed = arm.containsAll(armed) ? arm : armed.minus(written).union(arm);
    fetches.incrementAndGet();
    reported.addAndGet(written.pageCount());
    return new Gathered(written, mode.lost());
  }

  @Override
  public void unmapped(PageSet pages) {
    armed = armed.minus(pages);
    mode.unmapped(pages);
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
  public TechniqueStatistics statistics() {
    return TechniqueStatistics.of(
        Map.of("session.fetches", fetches.get(), "session.pages", reported.get()));
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      mode.close();
    }
  }
}
