package dev.ooh.library;

import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.core.TrackingCore;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
 * buffers, O_DIRECT in flight), which {@link #declareAlwaysDirty} is for. Safe for any thread;
 * writers need not stop.
 *
 * <p>On a CRaC JVM, a checkpoint ends the tracking for its length: nothing of it stays open, {@link
 * #changes} waits, and the first interval after the restore is all pages, whether or not one
 * fetched before is committed then.
 */
public final class PageTracker implements AutoCloseable {
  private final TrackingCore core = TrackingCore.load(PageTracker.class.getClassLoader());

  /** What to track, again after a restore; guarded by this, like all below. */
  private final Map<Region, MemorySegment> segments = new LinkedHashMap<>();

  private PageSet alwaysDirty = PageSet.empty();
  private Optional<String> wanted = Optional.empty();

  /** Null between checkpoint and restore. */
  private @Nullable SegmentTracking tracking = new SegmentTracking();

  private boolean closed;

  /** Kept for its context, which doesn't. */
  private @Nullable Object checkpointResource;

  private PageTracker() {}

  /**
   * Starts tracking the pages that hold {@code segments}, by the technique that this machine
   * offers.
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
    } catch (TrackingException e) {
      tracker.close();
      throw e;
    }
    tracker.checkpointResource = CheckpointResource.register(tracker);
    return tracker;
  }

  /** Tracks one more segment, all of which is in the next {@link #changes}. */
  public synchronized Region add(MemorySegment segment) throws TrackingException {
    Region region = tracking().adopt(segment);
    segments.put(region, segment);
    return region;
  }

  /** Ends the tracking of a segment. To be called before its arena closes. */
  public synchronized void remove(Region region) throws TrackingException {
    tracking().release(region);
    segments.remove(region);
  }

  /**
   * Reports the pages of {@code segment}, part of a tracked one, in every interval from now on: for
   * buffers that the kernel or a device writes through a long-term pin, past every technique.
   */
  public synchronized void declareAlwaysDirty(MemorySegment segment) {
    long start = segment.address() & -PageSet.PAGE_SIZE;
    long end = segment.address() + segment.byteSize() + PageSet.PAGE_SIZE - 1;
    PageSet pages = PageSet.of(start, end & -PageSet.PAGE_SIZE);
    tracking().declareAlwaysDirty(pages);
    alwaysDirty = alwaysDirty.union(pages);
  }

  /**
   * What was written since the last committed interval; re-armed, so that a later write is in the
   * next one. Not committing gives the pages back to the next interval.
   */
  public synchronized Interval changes() {
    return tracking().fetch(core);
  }

  /** Chooses a technique by name, such as {@code uffd}; what was written meanwhile is not lost. */
  public synchronized void use(String technique) throws TrackingException {
    core.use(tracking().space(), technique);
    wanted = Optional.of(technique);
  }

  /** The technique at work; empty before the first {@link #changes}. */
  public synchronized Optional<String> technique() {
    return core.active(tracking().space());
  }

  /** Why this technique and no other, a line a fact. */
  public synchronized List<String> explain() {
    return core.explain(tracking().space());
  }

  /** Lets go of everything but the knowledge of what to track. */
  synchronized void suspend() {
    SegmentTracking ending = tracking;
    if (ending != null) {
      tracking = null;
      ending.close();
    }
  }

  /**
   * Tracks again what is still there.
   *
   * @throws TrackingException if the technique that was chosen by name does not work here any more;
   *     the best one of this machine is at work then
   */
  synchronized void resume() throws TrackingException {
    if (closed || tracking != null) {
      return;
    }
    SegmentTracking fresh = new SegmentTracking();
    tracking = fresh;
    notifyAll();
    segments.values().removeIf(segment -> !segment.scope().isAlive());
    for (MemorySegment segment : segments.values()) {
      fresh.adopt(segment);
    }
    fresh.declareAlwaysDirty(alwaysDirty);
    if (wanted.isPresent()) {
      core.use(fresh.space(), wanted.get());
    }
  }

  /** Waits while this JVM is being checkpointed. */
  private SegmentTracking tracking() {
    boolean interrupted = false;
    SegmentTracking current;
    while ((current = tracking) == null && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (current == null) {
      throw new IllegalStateException("the page tracker is closed, wanted an open one");
    }
    return current;
  }

  /** Ends the tracking; the segments stay. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      suspend();
      core.close();
      notifyAll();
    }
  }
}
