package dev.ooh.conformance.storm;

import dev.ooh.conformance.LawViolation;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.SegmentAdoption;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A second tracker: it wants memory that the storm's own tracks already, beside some of its own,
 * and goes again. One range has one tracker, so one of both is refused there; neither may take
 * anything from the other.
 */
final class Rival {
  private static final int PAGES = 64;
  private static final int ROUNDS = 6;

  final AtomicLong rounds = new AtomicLong();

  private final Substrate substrate;
  private final TrackingControl control;
  private final List<String> techniques;
  private final MemorySegment contested;
  private final SplittableRandom random;
  private volatile boolean stop;
  private volatile @Nullable LawViolation failure;
  private @Nullable Thread thread;

  Rival(
      Substrate substrate,
      TrackingControl control,
      List<String> techniques,
      MemorySegment contested,
      SplittableRandom random) {
    this.substrate = substrate;
    this.control = control;
    this.techniques = techniques;
    this.contested = contested;
    this.random = random;
  }

  /** Not one of the space's threads, since it can't poll while it waits for a monitor. */
  void start() {
    thread = Thread.ofPlatform().daemon().name("storm-rival").start(this::come);
  }

  /** Ends it and throws what it threw. */
  void end() throws InterruptedException {
    stop = true;
    Thread started = thread;
    if (started != null) {
      started.join();
    }
    LawViolation thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
  }

  private void come() {
    try {
      while (!stop) {
        visit();
        LockSupport.parkNanos(200_000_000);
      }
    } catch (RuntimeException | Error e) {
      failure = e instanceof LawViolation lost ? lost : new LawViolation("the rival: " + e, e);
    }
  }

  /** Tracks for a while and goes; its arena is closed under its tracking. */
  private void visit() {
    String technique = techniques.get(random.nextInt(techniques.size()));
    try (AddressSpace space = substrate.open(SpaceOptions.named("rival"))) {
      SegmentAdoption adoption = space.facility(SegmentAdoption.class).orElseThrow();
      try (Arena arena = Arena.ofShared()) {
        MemorySegment own = arena.allocate(PAGES * (long) PageSet.PAGE_SIZE, PageSet.PAGE_SIZE);
        Region region = adoption.adopt("own", own);
        adoption.adopt("contested", contested);
        use(space, technique);
        PageSet all = all(space);
        TrackingConsumer consumer = space.consumer("rival");
        fetch(space, consumer, all);
        for (int round = 0; round < ROUNDS; round++) {
          int page = random.nextInt(PAGES);
          own.set(ValueLayout.JAVA_LONG, page * (long) PageSet.PAGE_SIZE, random.nextLong());
          PageSet reported = fetch(space, consumer, all);
          if (!reported.contains(region.start() + page * (long) PageSet.PAGE_SIZE)) {
            throw new LawViolation(
                "the rival's %s misses page %d of %s: %s, by %s"
                    .formatted(technique, page, region, reported, control.explain(space)));
          }
          rounds.incrementAndGet();
        }
      }
      // Another allocation may have its addresses by now.
      PageSet left = all(space);
      fetch(space, space.consumer("late"), left);
    } catch (TrackingException e) {
      throw new IllegalStateException("the rival can't track at all: " + e.getMessage(), e);
    }
  }

  private void use(AddressSpace space, String technique) {
    try {
      control.use(space, technique);
    } catch (TrackingException e) {
      // Its monitor may have been killed while it was tried; the core chooses another.
    }
  }

  private static PageSet all(AddressSpace space) {
    PageSet.Builder pages = PageSet.builder();
    space.regions().forEach(region -> pages.addAll(region.pages()));
    return pages.build();
  }

  private PageSet fetch(AddressSpace space, TrackingConsumer consumer, PageSet all) {
    try (Interval interval = control.fetch(space, consumer, all, all)) {
      interval.commit();
      return interval.pages();
    }
  }
}
