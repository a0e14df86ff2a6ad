package dev.ooh.tracking.core.internal;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingObserver.Phase;
import dev.ooh.tracking.TrackingStatistics;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Tells the observer who works for one address space, for how long, and what each technique did.
 * Takeovers are told by the holder of the lease.
 */
final class WorkLog {
  private final AddressSpace space;
  private final TrackingObserver observer;
  private final CountsByTechnique counts;
  private final Supplier<Map<String, TechniqueStatistics>> sessions;
  private final boolean simulated;
  private final AtomicBoolean begun = new AtomicBoolean();
  private volatile Optional<String> working = Optional.empty();

  /**
   * @param observer throws nothing
   * @param sessions what the techniques' sessions count themselves, by technique
   */
  WorkLog(
      AddressSpace space,
      TrackingObserver observer,
      CountsByTechnique counts,
      Supplier<Map<String, TechniqueStatistics>> sessions) {
    this.space = space;
    this.observer = observer;
    this.counts = counts;
    this.sessions = sessions;
    this.simulated = space.execution().simulatedTime();
  }

  /** From now on {@code technique} works. */
  void works(String technique) {
    works(Optional.of(technique));
  }

  /** From now on {@code technique} works, or none. */
  void works(Optional<String> technique) {
    if (!begun.getAndSet(true)) {
      observer.works(space, Optional.empty(), Map.of());
    }
    working = technique;
    observer.works(space, technique, byTechnique());
  }

  /** Tells an observer that came late. */
  void introduce(TrackingObserver newcomer) {
    if (begun.get()) {
      newcomer.works(space, working, byTechnique());
    }
  }

  /** The time from which {@link #took} counts. */
  long start() {
    return simulated ? 0 : System.nanoTime();
  }

  void took(String technique, Phase phase, long start) {
    if (!simulated) {
      observer.took(space, technique, phase, System.nanoTime() - start);
    }
  }

  /** Writers were stopped for {@code technique}, for so long by the context's clock. */
  void paused(String technique, long nanos) {
    if (!simulated) {
      observer.took(space, technique, Phase.PAUSE, nanos);
    }
  }

  void gathered(String technique, PageSet scan, PageSet arm, Gathered gathered) {
    observer.gathered(space, technique, scan, arm, gathered);
  }

  void ended(OwedInterval interval, boolean committed) {
    observer.ended(space, interval.account().consumer(), interval, committed);
  }

  /** A session works that is not the wanted technique's. */
  void fellBack(Choice choice) {
    choice.insteadOf().ifPresent(reason -> observer.fellBack(space, choice.name(), reason));
  }

  /** Passes on what a program says that it wrote before the last interval. */
  void written(long pages) {
    observer.written(space, counts.lastInterval(), pages);
  }

  Map<String, TrackingStatistics> byTechnique() {
    return counts.with(sessions.get());
  }
}
