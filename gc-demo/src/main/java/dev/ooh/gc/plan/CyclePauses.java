package dev.ooh.gc.plan;

import dev.ooh.gc.CycleObserver;
import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.HeapOptions.FullCycles;
import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.Spaces;
import dev.ooh.gc.sanity.HeapWalk;
import dev.ooh.gc.sanity.SanityChecker;
import dev.ooh.gc.statistics.CollectorStatistics;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.CycleTimer;
import dev.ooh.gc.statistics.Phase;
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
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * The pauses of cycles: stop the mutators, fetch the changed pages, trace, commit; clear weak
 * handles; sweep later, or at once if all is to be in the pause. Under the heap's lock, but for
 * what {@link PartialTrace} calls.
 *
 * <p>A young cycle marks in place: what is marked stays so, and what it reaches from roots, from
 * old objects on changed pages and from young ones becomes old. A full one, beside the program or
 * in one pause, marks into spare bits and puts them in force when all went well and its interval is
 * committed. A young cycle that fails before it marks changes nothing: its interval aborts, and the
 * pages are owed to the next. One that fails later has marked objects whose referents are not; the
 * next is a full one then.
 *
 * <p>Watched are old objects' pages in blocks that nobody has allocated into since the last cycle.
 * Others stay unarmed, as allocating there would fault on each page, and count as changed.
 */
final class CyclePauses {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  /** Blocks that are given back to the system at once: some hundred microseconds' work. */
  private static final int BLOCKS_A_RETURN = 256;

  private static final int BLOCKS_A_POLL = 256;

  private final AddressSpace space;
  private final ExecutionContext execution;
  private final TrackingConsumer consumer;
  private final IntervalSource changedPages;
  private final CycleObserver observer;
  private final CollectorStatistics statistics;
  private final HeapParts heap;
  private final Blocks blocks;
  private final Spaces spaces;
  private final Tracing tracing;
  private final boolean conservative;
  private final Marker marker;
  private final @Nullable MarkingCrew crew;
  private final SanityChecker sanity;
  private final HeapWalk walk;
  private final Pacer pacer;
  private final boolean beside;
  private final boolean verify;
  private final MarkBits marks;
  private final MarkBits spare = new MarkBits();

  /** Whether somebody waits for the others to stop. */
  private volatile boolean asked;

  /** Whether marks may be wrong, after a young cycle that failed. */
  private volatile boolean stale;

  private volatile String refusal = "";

  /** What the independent trace found wrong. A cycle beside the program has nobody to tell. */
  private volatile @Nullable IllegalStateException refuted;

  /** Bytes in objects that the independent trace reached in this cycle. */
  private OptionalLong reachableBytes = OptionalLong.empty();

  /** The full cycle that runs beside the program. */
  private @Nullable FullMark fullMark;

  CyclePauses(
      AddressSpace space,
      HeapOptions options,
      IntervalSource changedPages,
      CycleObserver observer,
      CollectorStatistics statistics,
      HeapParts heap,
      Pacer pacer) {
    this.space = space;
    this.changedPages = changedPages;
    this.observer = observer;
    this.statistics = statistics;
    this.heap = heap;
    this.pacer = pacer;
    blocks = heap.blocks();
    spaces = heap.spaces();
    marks = heap.marks();
    conservative = options.conservative();
    execution = space.execution();
    consumer = space.consumer("collector");
    tracing =
        new Tracing(
            space.memory(), execution, blocks, heap.objects(), heap.pointers(), options.checked());
    crew = newCrew(options.markers());
    marker = newMarker();
    sanity = new SanityChecker(space.memory(), blocks, heap.pointers());
    walk = new HeapWalk(blocks);
    beside = options.fullCycles() != FullCycles.PAUSE;
    verify = options.verify();
  }

  /** A marker that the crew helps in a long pause. */
  Marker newMarker() {
    return new Marker(tracing, crew);
  }

  /** A crew of so many, the one that is helped included; null where that one is alone. */
  @Nullable MarkingCrew newCrew(int markers) {
    return execution.simulatedTime() || markers == 1 ? null : new MarkingCrew(tracing, markers);
  }

  /** Lets a technique set itself up, outside any pause. */
  void prepareTracking() {
    try (Interval interval =
        changedPages.fetch(space, consumer, PageSet.empty(), PageSet.empty())) {
      interval.commit();
    }
  }

  void close() {
    consumer.close();
  }

  /** Whether somebody waits for the others to stop: who traces is to come to a poll. */
  boolean isAsked() {
    return asked;
  }

  /** Whether only a full cycle in a pause is right. */
  boolean isStale() {
    return stale;
  }

  /** The next cycle is to be a full one in a pause. */
  void distrust() {
    stale = true;
  }

  /** Why the last cycle was not possible, naming threads; empty when it was. */
  String refusal() {
    return refusal;
  }

  /** Why a cycle was not possible. */
  void refused(String why) {
    refusal = why;
  }

  /**
   * Tells what verification found.
   *
   * @throws IllegalStateException if it found anything
   */
  void checkRefuted() {
    IllegalStateException found = refuted;
    if (found != null) {
      throw new IllegalStateException(found.getMessage(), found);
    }
  }

  /** From now on young cycles tell {@code cycle} what they find changed; null for nobody. */
  void tell(@Nullable FullMark cycle) {
    fullMark = cycle;
  }

  /** A young cycle. */
  void young(CycleTimer timer) throws WritersNotStoppedException {
    pause(timer, watched -> cycle(timer, watched, marker, this::markYoung));
  }

  /**
   * A young cycle after which a full one goes on beside the program.
   *
   * @param last run in its pause, after it
   */
  void young(CycleTimer timer, Runnable last) throws WritersNotStoppedException {
    checkTrusted();
    pause(
        timer,
        watched -> {
          CycleFigures young = cycle(timer, watched, marker, this::markYoung);
          timer.begin(Phase.INITIAL_MARK);
          last.run();
          return young;
        });
  }

  /** A full cycle in one pause. */
  void full(CycleTimer timer) throws WritersNotStoppedException {
    pause(timer, watched -> cycle(timer, watched, marker, changed -> markAll()));
  }

  /** The last pause of {@code cycle}, which takes effect with it. */
  void finalMark(FullMark cycle, SharedTrace trace, CycleTimer timer)
      throws WritersNotStoppedException {
    checkTrusted();
    pause(
        timer,
        watched -> {
          Marker leader = trace.beginFinal();
          pacer.fullMarked(leader.readBytes(), timer.pauseStart());
          return cycle(timer, watched, leader, changed -> markRest(cycle, leader, changed));
        });
  }

  private long markRest(FullMark cycle, Marker leader, PageSet changed) {
    growMarks();
    leader.refresh();
    PageSet left = cycle.takeChanged().union(changed);
    cycle.rescans(left);
    visitChanged(left, spare, leader, execution::poll);
    finish(leader, spare);
    return cycle.pagesRescanned();
  }

  /** After a young cycle that failed only a full one in a pause is right. */
  private void checkTrusted() {
    if (stale) {
      throw new CancellationException("a young cycle failed");
    }
  }

  private interface Collection {
    CycleFigures run(PageSet watched);
  }

  private void pause(CycleTimer timer, Collection collection) throws WritersNotStoppedException {
    // All that takes as long as the heap is large, ahead of the pause: the lock is held, so nobody
    // changes what a block is used for.
    spaces.finishSweep();
    spaces.giveBack(BLOCKS_A_RETURN);
    PageSet watched = spaces.watched();
    if (crew != null) {
      crew.timedBy(timer);
    }
    timer.pauseBegins();
    asked = true;
    CycleFigures figures;
    try (StoppedWriters stopped = stopWriters()) {
      timer.stopped(spaces.liveBytes() + pacer.allocated(), mappedBytes());
      figures = collection.run(watched);
      timer.begin(Phase.RESUME);
    } catch (WritersNotStoppedException e) {
      statistics.stalled(timer.pauseStart());
      throw e;
    } finally {
      asked = false;
    }
    refusal = "";
    timer.pauseEnds();
    CycleRecord ended = figures.record(timer, mappedBytes());
    timer.ended(ended);
    statistics.ended(ended);
  }

  /**
   * An interrupt is for the program's own waits: who allocates may not go without memory for it.
   */
  private StoppedWriters stopWriters() throws WritersNotStoppedException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return execution.stopWriters(StopPoint.POLL, STOP_TIMEOUT);
        } catch (WritersNotStoppedException e) {
          if (!Thread.interrupted()) {
            throw e;
          }
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private long mappedBytes() {
    return (long) blocks.mapped() * Blocks.BLOCK_BYTES;
  }

  // ---- Beside the program ---------------------------------------------------------------------

  /** Before a full cycle marks. */
  void clearSpare() {
    spare.clear(blocks.frontier());
  }

  /** In a young cycle's pause: from now on {@code trace} marks what is old. */
  void beginBeside(SharedTrace trace, CycleTimer timer) {
    trace.begin(spare, marks, timer);
  }

  long[] roots() {
    return heap.roots().copy();
  }

  /**
   * Sweeps a part of what the last cycle left; when all is swept, gives back some of what is idle.
   *
   * @return false when nothing is left
   */
  boolean sweepSome() {
    return spaces.sweepSome(BLOCKS_A_POLL) || spaces.giveBack(BLOCKS_A_RETURN);
  }

  /** Marks what objects that are marked in the spare bits refer to in this range. */
  void visitChanged(long start, long end, Marker beside) {
    for (long from = start; from < end; ) {
      int block = blocks.of(from);
      long to = Math.min(end, blocks.address(block + 1));
      spaces.visitMarked(block, from, to, spare, beside);
      from = to;
    }
  }

  // ---- In a pause -----------------------------------------------------------------------------

  /** Marks, and returns how many pages it searched for old objects to trace from. */
  private interface Mark {
    long from(PageSet changed);
  }

  private CycleFigures cycle(CycleTimer timer, PageSet watched, Marker used, Mark mark) {
    boolean full = timer.kind() != CycleKind.YOUNG;
    timer.begin(Phase.PREPARE);
    heap.mutators().prune();
    if (conservative) {
      heap.pointers().settle();
    }
    timer.begin(Phase.FETCH);
    try (Interval interval = changedPages.fetch(space, consumer, watched, watched)) {
      timer.begin(timer.kind() == CycleKind.CONCURRENT ? Phase.FINAL_MARK : Phase.MARK);
      observer.fetched(watched, interval);
      PageSet changed = interval.pages().intersect(watched);
      PageSet visited = changed.union(spaces.unwatched());
      stale = true;
      long traced = execution.nanoTime();
      long rescanned = mark.from(visited);
      long traceNanos = execution.nanoTime() - traced;
      // May fail: nothing is cleared or freed before it is certain that this cycle counts.
      timer.begin(Phase.COMMIT);
      interval.commit();
      timer.begin(Phase.SWEEP);
      if (full) {
        marks.swap(spare);
      }
      heap.weak().clear(marks, blocks.base(), full);
      if (conservative) {
        heap.pointers().forget();
      }
      long before = spaces.liveBytes();
      sweep(full, used.markedBytes());
      stale = false;
      return new CycleFigures(
          watched.pageCount(),
          changed.pageCount(),
          rescanned,
          used.objects(),
          used.slots(),
          before,
          pace(full, before, visited.bytes(), traceNanos),
          spaces.liveBytes(),
          floatingBytes(timer.kind()),
          timer.kind() == CycleKind.CONCURRENT && fullMark != null ? fullMark.assistedBytes() : 0,
          interval.technique(),
          interval.reasons());
    }
  }

  /** Returns the bytes that were allocated before the cycle. */
  private long pace(boolean full, long liveBefore, long visited, long traceNanos) {
    long allocated = pacer.allocated();
    long live = spaces.liveBytes();
    if (full) {
      pacer.fullDone(live);
    } else {
      pacer.youngDone(live, live - liveBefore, visited, traceNanos, execution.nanoTime());
    }
    return allocated;
  }

  private OptionalLong floatingBytes(CycleKind kind) {
    if (kind == CycleKind.FULL) {
      return OptionalLong.of(0);
    }
    return reachableBytes.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(spaces.liveBytes() - reachableBytes.getAsLong());
  }

  private long markYoung(PageSet changed) {
    growMarks();
    marker.begin(marks, null);
    visitChanged(changed, marks, marker, execution::poll);
    finish(marker, marks);
    if (fullMark != null) {
      fullMark.changed(changed);
    }
    return changed.pageCount();
  }

  private long markAll() {
    marks.growTo(blocks.frontier());
    spare.clear(blocks.frontier());
    marker.begin(spare, null);
    finish(marker, spare);
    return 0;
  }

  private void growMarks() {
    marks.growTo(blocks.frontier());
    if (fullMark != null) {
      // So that what is old has a place there too.
      spare.growTo(blocks.frontier());
    }
  }

  private void finish(Marker used, MarkBits into) {
    heap.roots().visit(used);
    used.drain(execution::poll);
    if (verify) {
      try {
        reachableBytes = OptionalLong.of(sanity.check(roots(), into));
        walk.check(into);
      } catch (IllegalStateException e) {
        refuted = e;
        throw e;
      }
    }
  }

  private void visitChanged(PageSet changed, MarkBits marked, Marker used, Runnable poll) {
    int sincePoll = 0;
    for (int run = 0; run < changed.runCount(); run++) {
      long from = changed.runStart(run);
      while (from < changed.runEnd(run)) {
        int block = blocks.of(from);
        long to = Math.min(changed.runEnd(run), blocks.address(block + 1));
        spaces.visitMarked(block, from, to, marked, used);
        from = to;
        if (++sincePoll == BLOCKS_A_POLL) {
          sincePoll = 0;
          used.drain(poll);
          poll.run();
          used.refresh();
        }
      }
    }
    used.drain(poll);
  }

  private void sweep(boolean full, long markedBytes) {
    heap.mutators().retireHoles();
    if (full) {
      spaces.sweepAllLater(markedBytes);
    } else {
      spaces.sweepYoungLater(markedBytes);
    }
    if (!beside) {
      spaces.finishSweep();
    }
  }
}
