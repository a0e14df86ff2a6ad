package dev.ooh.tracking.core.internal;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingStatistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** All observers as one; what one of them throws is logged and goes no further. For any thread. */
final class Observers implements TrackingObserver {
  private static final System.Logger LOG = System.getLogger(Observers.class.getName());

  private final List<TrackingObserver> all = new CopyOnWriteArrayList<>();

  void add(TrackingObserver observer) {
    all.add(observer);
  }

  void remove(TrackingObserver observer) {
    all.remove(observer);
  }

  @Override
  public void works(
      AddressSpace space, Optional<String> technique, Map<String, TrackingStatistics> counts) {
    all.forEach(observer -> tell(observer, told -> told.works(space, technique, counts)));
  }

  @Override
  public void took(AddressSpace space, String technique, Phase phase, long nanos) {
    all.forEach(observer -> tell(observer, told -> told.took(space, technique, phase, nanos)));
  }

  @Override
  public void gathered(
      AddressSpace space, String technique, PageSet scan, PageSet arm, Gathered gathered) {
    all.forEach(
        observer -> tell(observer, told -> told.gathered(space, technique, scan, arm, gathered)));
  }

  @Override
  public void ended(
      AddressSpace space, TrackingConsumer consumer, Interval interval, boolean committed) {
    all.forEach(
        observer -> tell(observer, told -> told.ended(space, consumer, interval, committed)));
  }

  @Override
  public void fellBack(AddressSpace space, String technique, String reason) {
    all.forEach(observer -> tell(observer, told -> told.fellBack(space, technique, reason)));
  }

  @Override
  public void written(AddressSpace space, Optional<String> technique, long pages) {
    all.forEach(observer -> tell(observer, told -> told.written(space, technique, pages)));
  }

  void tell(TrackingObserver observer, Consumer<TrackingObserver> what) {
    try {
      what.accept(observer);
    } catch (Throwable e) {
      // Meters must never cost a page, even at the virtual machine's end: no page hangs on them.
      log(observer, e);
    }
  }

  private static void log(TrackingObserver observer, Throwable fault) {
    try {
      LOG.log(System.Logger.Level.WARNING, "tracking observer " + observer, fault);
    } catch (Throwable e) {
      // Nor must a log that has no room left either.
    }
  }
}
