package dev.ooh.library;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.tracking.facility.SegmentAdoption;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Tells which pages of a program's own off-heap memory were written since it last asked.
 *
 * <pre>{@code
 * try (PageTracker tracker = PageTracker.track(segment)) {
 *   tracker.changes().commit();
 *   segment.set(ValueLayout.JAVA_LONG, 0, 42);
 *   try (Interval changed = tracker.changes()) {
 *     changed.pages().forEachRun((start, end) -> save(start, end));
 *     changed.commit();
 *   }
 * }
 * }</pre>
 *
 * <p>The first interval is all pages. Whole pages are reported, so neighbours of a segment that is
 * not aligned to pages count with it. Writes are seen whoever makes them, the kernel included, but
 * for writes through another mapping of the same memory and through long-term pins (io_uring fixed
 * buffers, O_DIRECT in flight). Safe for any thread; writers need not stop.
 */
public final class PageTracker implements AutoCloseable {
  private final TrackingCore core = TrackingCore.load(PageTracker.class.getClassLoader());
  private final AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("segments"));
  private final TrackingConsumer consumer = space.consumer("program");
  private final SegmentAdoption adoption = space.facility(SegmentAdoption.class).orElseThrow();

  private PageTracker() {}

  /**
   * Starts tracking the pages that hold {@code segments}, by the technique that this machine offers.
   *
   * @throws IllegalStateException on a system that is not Linux on x86-64 or aarch64
   * @throws TrackingException if a segment can't be tracked; the message names it
   */
  public static PageTracker track(MemorySegment... segments) throws TrackingException {
    PageTracker tracker = new PageTracker();
    try {
      for (MemorySegment segment : segments) {
        tracker.add(segment);
      }
      return tracker;
    } catch (TrackingException e) {
      tracker.close();
      throw e;
    }
  }

  /** Tracks one more segment, all of which is in the next {@link #changes}. */
  public Region add(MemorySegment segment) throws TrackingException {
    return adoption.adopt("segment at 0x%x".formatted(segment.address()), segment);
  }

  /** Ends the tracking of a segment. To be called before its arena closes. */
  public void remove(Region region) throws TrackingException {
    adoption.release(region);
  }

  /**
   * What was written since the last committed interval; re-armed, so that a later write is in the
   * next one. Not committing gives the pages back to the next interval.
   */
  public Interval changes() {
    PageSet.Builder pages = PageSet.builder();
    for (Region region : space.regions()) {
      pages.addAll(region.pages());
    }
    PageSet all = pages.build();
    return core.fetch(space, consumer, all, all);
  }

  /** Chooses a technique by name, such as {@code uffd}; what was written meanwhile is not lost. */
  public void use(String technique) throws TrackingException {
    core.use(space, technique);
  }

  /** The technique at work; empty before the first {@link #changes}. */
  public Optional<String> technique() {
    return core.active(space);
  }

  /** Why this technique and no other, a line a fact. */
  public List<String> explain() {
    return core.explain(space);
  }

  /** Ends the tracking; the segments stay. */
  @Override
  public void close() {
    space.close();
    core.close();
  }
}
