package dev.ooh.gc.plan;

import dev.ooh.gc.CycleObserver;
import dev.ooh.gc.CycleRecord;
import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.CellSpace;
import dev.ooh.gc.policy.LargeObjectSpace;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.Mutators;
import dev.ooh.gc.policy.SizeClasses;
import dev.ooh.gc.sanity.SanityChecker;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.Interval;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The plan: stop the mutators, fetch the changed pages, trace, sweep, commit. Under the heap's
 * lock.
 *
 * <p>A cycle marks into spare mark bits and puts them in force when all went well, so one that
 * fails changes nothing: its interval aborts, and the pages are owed to the next.
 *
 * <p>Watched are the pages that held old slots <em>before</em> the cycle. A page that becomes old
 * in it stays unarmed until the next cycle, to which it counts as changed: cheaper than arming
 * pages on which nearly everything dies, and complete.
 */
public final class MarkSweep {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  /** Work units of sweeping a block: its mark bits and its place in a list. */
  private static final int BLOCK_WORK = 5;

  private final AddressSpace space;
  private final ExecutionContext execution;
  private final TrackingConsumer consumer;
  private final IntervalSource changedPages;
  private final CycleObserver observer;
  private final Blocks blocks;
  private final CellSpace cells;
  private final LargeObjectSpace large;
  private final Mutators mutators;
  private final RootSet roots;
  private final Tracer tracer;
  private final OldPages oldPages;
  private final SanityChecker sanity;
  private final CycleTrigger trigger;
  private final boolean verify;
  private final List<CycleRecord> cycles = new ArrayList<>();
  private MarkBits marks;
  private MarkBits spare = new MarkBits();
  private long liveBytes;

  public MarkSweep(
      AddressSpace space,
      HeapOptions options,
      IntervalSource changedPages,
      CycleObserver observer,
      Blocks blocks,
      MarkBits marks,
      CellSpace cells,
      LargeObjectSpace large,
      Mutators mutators,
      RootSet roots) {
    this.space = space;
    this.changedPages = changedPages;
    this.observer = observer;
    this.blocks = blocks;
    this.marks = marks;
    this.cells = cells;
    this.large = large;
    this.mutators = mutators;
    this.roots = roots;
    execution = space.execution();
    consumer = space.consumer("collector");
    tracer = new Tracer(space.memory(), execution, blocks, options.markStackEntries());
    oldPages = new OldPages(space.memory(), execution, blocks);
    sanity = new SanityChecker(space.memory(), blocks);
    trigger = new CycleTrigger(options.allocationBytes());
    verify = options.verify();
  }

  /** Lets a technique set itself up, outside any pause. */
  public void prepareTracking() {
    try (Interval interval =
        changedPages.fetch(space, consumer, PageSet.empty(), PageSet.empty())) {
      interval.commit();
    }
  }

  /** Accounts for allocation. */
  public void allocated(long bytes) {
    trigger.allocated(bytes);
  }

  /** Whether enough was allocated since the last cycle. */
  public boolean isDue() {
    return trigger.isDue();
  }

  /** Every cycle so far. */
  public List<CycleRecord> cycles() {
    return List.copyOf(cycles);
  }

  /**
   * One cycle.
   *
   * @param full whether old objects must be decided about too
   * @return false when the mutators could not be stopped; nothing has changed then
   */
  public boolean collect(boolean full) {
    long asked = execution.nanoTime();
    Cycle cycle;
    try (StoppedWriters stopped = execution.stopWriters(StopPoint.POLL, STOP_TIMEOUT)) {
      cycle = cycle(full || cycles.isEmpty() || trigger.isFullDue());
    } catch (WritersNotStoppedException e) {
      trigger.postpone();
      return false;
    }
    cycles.add(cycle.record(cycles.size() + 1, execution.nanoTime() - asked));
    return true;
  }

  public void close() {
    consumer.close();
  }

  private Cycle cycle(boolean fullWanted) {
    long started = execution.nanoTime();
    mutators.prune();
    PageSet watched = fullWanted ? oldPages.inUse() : oldPages.watched(marks);
    try (Interval interval = changedPages.fetch(space, consumer, watched, watched)) {
      long fetched = execution.nanoTime();
      observer.fetched(watched, interval);
      PageSet changed = interval.pages().intersect(watched);
      boolean full = fullWanted || isMostOf(changed, watched);
      trace(full, changed);
      long marked = execution.nanoTime();
      long before = liveBytes + trigger.allocated();
      sweep();
      trigger.cycleDone(full, liveBytes, (long) blocks.used() * Blocks.BLOCK_BYTES);
      interval.commit();
      return new Cycle(
          full,
          fetched - started,
          marked - fetched,
          execution.nanoTime() - marked,
          watched.pageCount(),
          changed.pageCount(),
          tracer.objects(),
          tracer.slots(),
          liveBytes,
          before - liveBytes,
          interval.technique(),
          interval.reasons());
    }
  }

  /** Then a partial cycle would read what a full one reads, and free less. */
  private static boolean isMostOf(PageSet changed, PageSet watched) {
    return changed.bytes() > watched.bytes() / 4 * 3;
  }

  private void trace(boolean full, PageSet changed) {
    if (full) {
      spare.clear(blocks.frontier());
    } else {
      spare.copyFrom(marks, blocks.frontier());
    }
    tracer.begin(spare);
    roots.visit(tracer);
    if (!full) {
      oldPages.visitChanged(changed, marks, tracer);
    }
    tracer.finish();
    if (verify) {
      sanity.check(roots.copy(), spare);
    }
  }

  private void sweep() {
    MarkBits newMarks = spare;
    spare = marks;
    marks = newMarks;
    cells.beginSweep(newMarks);
    large.beginSweep(newMarks);
    mutators.retireHoles();
    liveBytes = 0;
    for (int block = blocks.frontier() - 1; block >= 0; block--) {
      int kind = blocks.kind(block);
      if (SizeClasses.isCellKind(kind)) {
        liveBytes += (long) cells.sweep(block) * SizeClasses.cellBytes(kind);
      } else if (kind == Blocks.LARGE) {
        int count = blocks.link(block);
        liveBytes += large.sweep(block) ? (long) count * Blocks.BLOCK_BYTES : 0;
      }
    }
    execution.work((long) blocks.frontier() * BLOCK_WORK);
  }

  /** A cycle whose pause is not over. */
  private record Cycle(
      boolean full,
      long fetchNanos,
      long markNanos,
      long sweepNanos,
      long pagesWatched,
      long pagesChanged,
      long objectsTraced,
      long slotsRead,
      long liveBytes,
      long freedBytes,
      String technique,
      List<String> reasons) {
    CycleRecord record(long number, long pauseNanos) {
      return new CycleRecord(
          number,
          full,
          pauseNanos,
          fetchNanos,
          markNanos,
          sweepNanos,
          pagesWatched,
          pagesChanged,
          objectsTraced,
          slotsRead,
          liveBytes,
          freedBytes,
          technique,
          reasons);
    }
  }
}
