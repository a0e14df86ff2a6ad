package dev.ooh.library;

import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.Settings;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingObserver;
import dev.ooh.tracking.TrackingStatistics;
import dev.ooh.tracking.core.TrackingCore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * not aligned to pages count with it. Writes are seen whoever makes them, the kernel included, and
 * through whichever segment, but for writes through another mapping of the same memory and through
 * long-term pins (io_uring fixed buffers, O_DIRECT in flight), which {@link #declareAlwaysDirty} is
 * for.
 *
 * <p>Safe for any thread, whichever one an arena is confined to; writers need not stop. A tracker
 * keeps its segments reachable, and with them an automatic arena, until {@link #remove} or {@link
 * #close}. Memory has one tracker at a time: what a second one, or a mapping that the kernel
 * refuses to protect, can't be told of is in each of its intervals, which says why.
 *
 * <p>On a CRaC JVM, and with the jar of {@code org.crac} beside this one, a checkpoint ends the
 * tracking for its length: nothing of it stays open, {@link #changes} waits, and the first interval
 * after the restore is all pages, whether or not one fetched before is committed then. A restored
 * JVM that has no addresses or descriptors for it closes the tracker, and is told why.
 */
public final class PageTracker implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PageTracker.class.getName());
  private static final String REPORTS_ALL = "all-dirty";

  private final SpaceOptions options;
  private final boolean orReportAll;
  private final TrackingCore core;

  /** What to track, again after a restore; guarded by this, like all below. */
  private final Map<Region, MemorySegment> segments = new LinkedHashMap<>();

  private PageSet alwaysDirty = PageSet.empty();
  private Optional<String> wanted = Optional.empty();

  /** Null between checkpoint and restore. */
  private @Nullable SegmentTracking tracking;

  private boolean closed;

  /** Why it closed itself. */
  private @Nullable Throwable failure;

  private boolean toldOfFallback;

  /** Kept for its context, which doesn't. */
  private @Nullable Object checkpointResource;

  private PageTracker(SpaceOptions options, boolean orReportAll) {
    this.options = options;
    this.orReportAll = orReportAll;
    core = TrackingCore.load(PageTracker.class.getClassLoader());
    try {
      Settings.check(
          options.settings(),
          SegmentTracking.settings(core),
          "the options of %s name".formatted(options.name()));
      tracking = new SegmentTracking(options);
    } catch (RuntimeException | Error e) {
      core.close();
      throw e;
    }
  }

  /**
   * Starts tracking the pages that hold {@code segments}, by the technique that this machine
   * offers. More can be added later.
   *
   * @throws IllegalStateException on a system that is not Linux on x86-64 or aarch64, or whose
   *     pages have not 4 KiB, or where native access is denied to this class's module
   * @throws TrackingException if every technique is refused here, as in a container that blocks
   *     userfaultfd; the message gives each one's reason and remedy. Or if a segment is of the Java
   *     heap, empty, of a closed arena, shares a page with another one, or would take the process
   *     near its limit of mappings; the message names it. Nothing is tracked then
   */
  public static PageTracker track(MemorySegment... segments) throws TrackingException {
    return track(SpaceOptions.named("segments"), segments);
  }

  /**
   * As {@link #track(MemorySegment...)}, with a name for messages and with settings, of which each
   * technique reads its own.
   *
   * @throws IllegalArgumentException for a setting that no technique here declares, proposing the
   *     nearest
   * @throws IllegalStateException as above
   * @throws TrackingException as above
   */
  public static PageTracker track(SpaceOptions options, MemorySegment... segments)
      throws TrackingException {
    return track(new PageTracker(options, false), segments);
  }

  /**
   * As {@link #track(SpaceOptions, MemorySegment...)}, for a program that can do with less: where
   * every technique is refused, each interval is all pages and says why, and a warning is logged
   * once.
   *
   * @throws IllegalArgumentException as above
   * @throws IllegalStateException as above
   * @throws TrackingException if a segment is refused
   */
  public static PageTracker trackOrReportAll(SpaceOptions options, MemorySegment... segments)
      throws TrackingException {
    return track(new PageTracker(options, true), segments);
  }

  private static PageTracker track(PageTracker tracker, MemorySegment... segments)
      throws TrackingException {
    try {
      tracker.start(tracker.tracking());
      for (MemorySegment segment : segments) {
        tracker.add(segment);
      }
      tracker.checkpointResource = registerForCheckpoints(tracker);
      return tracker;
    } catch (TrackingException | RuntimeException | Error e) {
      tracker.close();
      throw e;
    }
  }

  /** Nothing announces checkpoints to a program without org.crac's jar. */
  private static @Nullable Object registerForCheckpoints(PageTracker tracker) {
    try {
      return CheckpointResource.register(tracker);
    } catch (NoClassDefFoundError e) {
      if (!String.valueOf(e.getMessage()).startsWith("org/crac/")) {
        throw e;
      }
      return null;
    }
  }

  private void start(SegmentTracking fresh) throws TrackingException {
    try {
      core.start(fresh.space());
    } catch (TrackingException e) {
      if (!orReportAll) {
        throw e;
      }
    }
  }

  /**
   * Tracks one more segment, all of which is in the next {@link #changes}. It may be read-only, as
   * long as others write.
   *
   * @throws TrackingException as {@link #track(MemorySegment...)}; the other segments stay tracked
   * @throws IllegalStateException if this tracker is closed
   */
  public synchronized Region add(MemorySegment segment) throws TrackingException {
    if (!segment.isNative()) {
      throw new TrackingException(
          "track %s: wanted a non-empty native segment; the collector moves memory of the heap"
              .formatted(segment));
    }
    Region region = tracking().adopt(segment);
    segments.put(region, segment);
    // What was declared there was of a segment that is gone.
    alwaysDirty = alwaysDirty.minus(region.pages());
    return region;
  }

  /**
   * Ends the tracking of a segment. To be called before its arena closes.
   *
   * @param region what {@link #add} returned
   * @throws TrackingException if that is not tracked, any more, as when its arena closed before
   */
  public synchronized void remove(Region region) throws TrackingException {
    SegmentTracking current = tracking();
    segments.remove(region);
    current.release(region);
  }

  /**
   * Whether a segment is in {@link #changes}: until it is removed, and after a restore of the JVM
   * unless it was refused then, or its arena closed meanwhile.
   *
   * @param region what {@link #add} returned
   */
  public synchronized boolean isTracked(Region region) {
    return !closed && segments.containsKey(region);
  }

  /**
   * Reports the pages of {@code segment}, part of a tracked one, in every interval from now on: for
   * buffers that the kernel or a device writes through a long-term pin, past every technique. Holds
   * as long as that segment is tracked.
   *
   * @throws IllegalArgumentException if it is empty, or no part of a tracked segment
   */
  public synchronized void declareAlwaysDirty(MemorySegment segment) {
    long start = segment.address() & -PageSet.PAGE_SIZE;
    long end = segment.address() + segment.byteSize();
    if (!segment.isNative()
        || segment.byteSize() == 0
        || segments.keySet().stream()
            .noneMatch(region -> region.start() <= start && end <= region.end())) {
      throw new IllegalArgumentException(
          "always dirty: found %s, wanted a part of a tracked segment".formatted(segment));
    }
    PageSet pages = PageSet.of(start, (end + PageSet.PAGE_SIZE - 1) & -PageSet.PAGE_SIZE);
    tracking().declareAlwaysDirty(pages);
    alwaysDirty = alwaysDirty.union(pages);
  }

  /**
   * What was written since the last committed interval, by absolute address; re-armed before it is
   * returned, so that a write from now on is in the next one. Closing without a commit gives the
   * pages back to the next interval; several that are open commit in the order of their fetches.
   *
   * <p>Never less than what was written. Where pages were not seen written, but can't be ruled out
   * (the first interval, a technique that failed), {@link Interval#reasons} says why. A segment
   * whose arena was closed is left out.
   *
   * @return an interval for one thread; it outlives the tracker, but its commit has no effect then
   * @throws IllegalStateException if this tracker is closed
   */
  public synchronized Interval changes() {
    Interval interval = tracking().fetch(core);
    if (interval.technique().equals(REPORTS_ALL) && !wanted.equals(Optional.of(REPORTS_ALL))) {
      tellOfFallback();
    }
    return interval;
  }

  private void tellOfFallback() {
    if (!toldOfFallback) {
      toldOfFallback = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "{0}: no technique works here, each interval is all pages: {1}",
          options.name(),
          String.join("; ", core.explain(tracking().space())));
    }
  }

  /**
   * Chooses a technique by name, such as {@code uffd}; what was written meanwhile is not lost.
   *
   * @throws TrackingException if it is not present, naming those that are, or is refused here,
   *     saying why; the one at work stays
   */
  public synchronized void use(String technique) throws TrackingException {
    core.use(tracking().space(), technique);
    wanted = Optional.of(technique);
  }

  /**
   * Reads pages as they were at one moment while their writers go on, beside a technique that lets
   * writers wait: {@code uffd} in synchronous mode. Good until this tracker is closed, or its JVM
   * checkpointed.
   */
  public synchronized Optional<CopyBeforeWrite> copyBeforeWrite() {
    return tracking().space().facility(CopyBeforeWrite.class);
  }

  /** The technique at work. */
  public synchronized Optional<String> technique() {
    return core.active(tracking().space());
  }

  /** Why this technique and no other, a line a fact. */
  public synchronized List<String> explain() {
    return core.explain(tracking().space());
  }

  /** The last things that happened to the tracking, a line each, oldest first. */
  public synchronized List<String> history() {
    return core.history(tracking().space());
  }

  /** Counts since the tracking began; after a restore they begin anew. */
  public synchronized TrackingStatistics statistics() {
    return core.statistics(tracking().space());
  }

  /**
   * The core of this tracker, for meters: it is asked for {@link TrackingControl#spaces} and their
   * statistics. A technique that is chosen here is forgotten over a checkpoint; {@link #use} is
   * not.
   */
  public TrackingControl control() {
    return core;
  }

  /** From now on {@code observer} is told when a technique hands over, or the tracking ends. */
  public void addObserver(TrackingObserver observer) {
    core.addObserver(observer);
  }

  /**
   * Writes down from now on which pages are written, for {@code ooh replay}, which says what each
   * technique would cost this program on this machine or another: an interval for each {@link
   * #changes}, the first of which is all pages and not counted. A recording that is not closed is
   * good up to its last whole interval; one ends at a checkpoint of the JVM.
   *
   * @param file made, or replaced
   * @param name of the program, for people
   * @throws IOException if the file can't be written
   */
  public synchronized Recording record(Path file, String name) throws IOException {
    return Recording.start(core, tracking().space(), file, name);
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
   * @throws TrackingException if a segment can't be tracked any more, which is forgotten, or the
   *     technique that was chosen by name does not work here any more, and the best one of this
   *     machine is at work; what else went wrong is suppressed in it, and all the rest is tracked
   * @throws IllegalStateException if there is no room for it any more; this tracker is closed then
   */
  synchronized void resume() throws TrackingException {
    if (closed || tracking != null) {
      return;
    }
    SegmentTracking fresh = open();
    tracking = fresh;
    notifyAll();
    segments.values().removeIf(segment -> !segment.scope().isAlive());
    List<TrackingException> failures = adoptAll(fresh);
    fresh.declareAlwaysDirty(alwaysDirty);
    try {
      if (wanted.isPresent()) {
        core.use(fresh.space(), wanted.get());
      } else {
        start(fresh);
      }
    } catch (TrackingException e) {
      failures.add(e);
    }
    if (!failures.isEmpty()) {
      TrackingException first = failures.removeFirst();
      failures.forEach(first::addSuppressed);
      throw first;
    }
  }

  /** Nobody would ever end the waiting of those who ask, if this failed and left all as it is. */
  private SegmentTracking open() {
    try {
      return new SegmentTracking(options);
    } catch (RuntimeException | Error e) {
      failure = e;
      close();
      throw e;
    }
  }

  /** One segment that is refused must not end the tracking of those behind it. */
  private List<TrackingException> adoptAll(SegmentTracking fresh) {
    List<TrackingException> failures = new ArrayList<>();
    for (Map.Entry<Region, MemorySegment> entry : List.copyOf(segments.entrySet())) {
      try {
        fresh.adopt(entry.getValue());
      } catch (TrackingException e) {
        segments.remove(entry.getKey());
        failures.add(e);
      }
    }
    return failures;
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
      throw new IllegalStateException("the page tracker is closed, wanted an open one", failure);
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
