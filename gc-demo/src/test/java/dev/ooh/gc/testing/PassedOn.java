package dev.ooh.gc.testing;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import java.util.List;

/** Another interval as it is, but for what a subclass changes. */
public abstract class PassedOn implements Interval {
  private final Interval interval;

  protected PassedOn(Interval interval) {
    this.interval = interval;
  }

  @Override
  public PageSet pages() {
    return interval.pages();
  }

  @Override
  public List<String> reasons() {
    return interval.reasons();
  }

  @Override
  public String technique() {
    return interval.technique();
  }

  @Override
  public long sequence() {
    return interval.sequence();
  }

  @Override
  public void commit() {
    interval.commit();
  }

  @Override
  public void close() {
    interval.close();
  }
}
