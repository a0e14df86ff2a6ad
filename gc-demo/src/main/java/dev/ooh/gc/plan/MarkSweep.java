package dev.ooh.gc.plan;

import dev.ooh.gc.CycleObserver;
import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.HeapOptions.FullCycles;
import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.Mutators;
import dev.ooh.gc.policy.ObjectModel;
import dev.ooh.gc.policy.Spaces;
import dev.ooh.gc.policy.ValidPointers;
import dev.ooh.gc.sanity.HeapWalk;
import dev.ooh.gc.sanity.SanityChecker;
import dev.ooh.gc.statistics.Cause;
import dev.ooh.gc.statistics.CollectorStatistics;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.CycleTimer;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.ExecutionContext.StopPoint;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.Interval;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The plan: stop the mutators, fetch the changed pages, trace, commit; clear weak handles; sweep
 * later, or at once if all is to be in the pause. Under the heap's lock, but for what a {@link
 * FullMark} calls.
 *
 * <p>A young cycle marks in place: what is marked stays so, and what it reaches from roots, from
 * old objects on changed pages and from young ones becomes old. A full one, beside the program when
 * it is due and in a pause when memory ran out, marks into spare bits and puts them in force when
 * all went well and its interval is committed. A young cycle that fails before it marks changes
 * nothing: its interval aborts, and the pages are owed to the next. One that fails later has marked
 * objects whose referents are not; the next is a full one then.
 *
 * <p>Watched are old objects' pages in blocks that nobody has allocated into since the last cycle.
 * Others stay unarmed, as allocating there would fault on each page, and count as changed.
 */
public final class MarkSweep {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  /** Blocks that are given back to the system at once: some hundred microseconds' work. */
  private static final int BLOCKS_A_RETURN = 256;

  private static final int BLOCKS_A_POLL = 256;

  /** Bytes traced in slices for one that is allocated: the heap grows by a quarter meanwhile. */
  private static final int TRACED_A_BYTE = 4;

  /**
   * Bytes traced in a slice at most: some hundred microseconds' work. A large object is worth
   * several slices.
   */
  private static final long MOST_TRACED = 128 << 10;

  private final AddressSpace space;
  private final ExecutionContext execution;
  private final ContextLock lock;
  private final TrackingConsumer consumer;
  private final IntervalSource changedPages;
  private final CycleObserver observer;
  private final CollectorStatistics statistics;
  private final Blocks blocks;
  private final Spaces spaces;
  private final Mutators mutators;
  private final RootSet roots;
  private final WeakTable weak;
  private final ValidPointers pointers;
  private final boolean conservative;
  private final Marker marker;
  private final Marker besideMarker;
  private final @Nullable MarkingCrew crew;
  private final SanityChecker sanity;
  private final HeapWalk walk;
  private final Pacer pacer;
  private final OverheadLimit overhead;
  private final FullCycles fullCycles;
  private final boolean beside;
  private final boolean verify;
  private final MarkBits marks;
  private final MarkBits spare = new MarkBits();

  /** Whether marks may be wrong, after a young cycle that failed. */
  private boolean stale;

  private String refusal = "";

  /** What the independent trace found wrong. A cycle beside the program has nobody to tell. */
  private @Nullable IllegalStateException refuted;

  /** Bytes in objects that the independent trace reached in this cycle. */
  private OptionalLong reachableBytes = OptionalLong.empty();

  /** The full cycle that runs beside the program. */
  private @Nullable FullMark fullMark;

  /** The thread that runs, or ran last, such a cycle. */
  private @Nullable ConcurrentMark concurrent;

  /**
   * @param lock the heap's
   * @param marks in force, which {@code spaces} read
   */
  public MarkSweep(
      AddressSpace space,
      ContextLock lock,
      HeapOptions options,
      IntervalSource changedPages,
      CycleObserver observer,
      CollectorStatistics statistics,
      Blocks blocks,
      MarkBits marks,
      ObjectModel objects,
      Spaces spaces,
      Mutators mutators,
      RootSet roots,
      WeakTable weak,
      ValidPointers pointers) {
    this.space = space;
    this.lock = lock;
    this.changedPages = changedPages;
    this.observer = observer;
    this.statistics = statistics;
    this.blocks = blocks;
    this.marks = marks;
    this.spaces = spaces;
    this.mutators = mutators;
    this.roots = roots;
    this.weak = weak;
    this.pointers = pointers;
    conservative = options.conservative();
    execution = space.execution();
    consumer = space.consumer("collector");
    Tracing tracing =
        new Tracing(space.memory(), execution, blocks, objects, pointers, options.checked());
    int markers = execution.simulatedTime() ? 1 : options.markers();
    crew = markers == 1 ? null : new MarkingCrew(tracing, markers);
    marker = new Marker(tracing, crew);
    besideMarker = new Marker(tracing, crew);
    sanity = new SanityChecker(space.memory(), blocks, pointers);
    walk = new HeapWalk(blocks);
    pacer = new Pacer(options.allocationBytes(), options.fullCycles() != FullCycles.PAUSE);
    overhead = new OverheadLimit(blocks.maxBytes());
    fullCycles = options.fullCycles();
    beside = fullCycles != FullCycles.PAUSE;
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
    pacer.allocated(bytes);
    overhead.allocated(bytes);
  }

  /** Whether enough was allocated since the last cycle. */
  public boolean isDue() {
    return pacer.isDue();
  }

  /** Why the last cycle was not possible, naming threads; empty when it was. */
  public String refusal() {
    return refusal;
  }

  /**
   * One cycle, and the start of a full one beside the program when it is due and wanted so.
   *
   * @param full whether old objects must be decided about too, now
   * @param cause why this one; what follows from it has its own
   * @param since when the caller began to wait, by the space's clock
   * @return false when the mutators could not be stopped; nothing has changed then
   * @throws IllegalStateException naming the object that an independent trace found lost or
   *     damaged, in this cycle or in an earlier one beside the program
   */
  public boolean collect(boolean full, Cause cause, long since) {
    checkRefuted();
    try {
      if (full || stale || (!beside && pacer.isFullDue(spaces.liveBytes()))) {
        cancelFullMark();
        Cause why = full ? cause : stale ? Cause.FAILED_CYCLE : Cause.OLD_DOUBLED;
        pause(statistics.begin(CycleKind.FULL, why), this::cycle);
      } else {
        pause(statistics.begin(CycleKind.YOUNG, cause), this::cycle);
        if (pacer.isFullDue(spaces.liveBytes())) {
          startFullCycle(Cause.OLD_DOUBLED);
        }
      }
      return true;
    } catch (WritersNotStoppedException e) {
      refused(String.valueOf(e.getMessage()));
      pacer.postpone();
      return false;
    } finally {
      // Not the pause alone: what comes before it the caller has to wait for, too.
      statistics.stalled(since);
    }
  }

  /**
   * Begins a full cycle beside the program.
   *
   * @return false when one runs already, or full cycles are pauses
   */
  public boolean startFullCycle(Cause cause) {
    if (!beside || fullMark != null) {
      return false;
    }
    boolean sliced = fullCycles == FullCycles.INCREMENTAL;
    CycleTimer timer = statistics.begin(CycleKind.CONCURRENT, cause);
    FullMark started = new FullMark(this, lock, besideMarker, timer, sliced);
    fullMark = started;
    pacer.fullBegins(spaces.liveBytes());
    if (!sliced) {
      concurrent = new ConcurrentMark(this, execution, started);
      concurrent.start();
    }
    return true;
  }

  /**
   * Slices of a full cycle that has no thread of its own, in proportion to what was allocated: one,
   * or with polls between as many as a large object needs.
   *
   * @param bytes allocated since the last call
   * @throws IllegalStateException as {@link #collect} does
   */
  public void assist(long bytes) {
    FullMark running = fullMark;
    if (running == null || fullCycles != FullCycles.INCREMENTAL) {
      return;
    }
    long owed = bytes * TRACED_A_BYTE;
    while (takeSlice(running, Math.min(owed, MOST_TRACED)) && owed > MOST_TRACED) {
      owed -= MOST_TRACED;
      execution.poll();
    }
  }

  /** Returns false when the cycle is over. */
  private boolean takeSlice(FullMark running, long bytes) {
    long since = execution.nanoTime();
    boolean goesOn = false;
    try {
      goesOn = running.step(bytes);
    } catch (CancellationException | WritersNotStoppedException e) {
      refused(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      distrust();
      throw e;
    } finally {
      if (!goesOn) {
        fullMark = null;
      }
      statistics.waited(since);
    }
    return goesOn;
  }

  /**
   * A full cycle, as memory ran out.
   *
   * @param since when the caller began to wait, by the space's clock
   * @return empty when it may be tried again; else why there is no memory: the cycles of late were
   *     not worth their time
   * @throws IllegalStateException as {@link #collect} does
   */
  public Optional<String> makeRoom(long since) {
    if (collect(true, Cause.ALLOCATION_FAILURE, since)) {
      overhead.ranOut(blocks.maxBytes() - spaces.liveBytes());
    }
    return overhead.isExceeded()
        ? Optional.of(
            "each of the last %d full cycles left less than 1/%d of it free"
                .formatted(OverheadLimit.CYCLES, OverheadLimit.SHARE))
        : Optional.empty();
  }

  /**
   * Gives up a cycle beside the program, and waits for its end. Not under the heap's lock.
   *
   * @throws IllegalStateException as {@link #collect} would
   */
  public void close() {
    FullMark running = fullMark;
    if (running != null) {
      running.cancel();
    }
    ConcurrentMark thread = concurrent;
    if (thread != null) {
      thread.join();
    }
    consumer.close();
    checkRefuted();
  }

  private void checkRefuted() {
    IllegalStateException found = refuted;
    if (found != null) {
      throw new IllegalStateException(found.getMessage(), found);
    }
  }

  private void cancelFullMark() {
    if (fullMark != null) {
      fullMark.cancel();
      fullMark = null;
    }
  }

  private interface Collection {
    Cycle run(CycleTimer timer, PageSet watched);
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
    Cycle cycle;
    try (StoppedWriters stopped = execution.stopWriters(StopPoint.POLL, STOP_TIMEOUT)) {
      timer.stopped(spaces.liveBytes() + pacer.allocated(), mappedBytes());
      cycle = collection.run(timer, watched);
      timer.begin(Phase.RESUME);
    } catch (WritersNotStoppedException e) {
      statistics.stalled(timer.pauseStart());
      throw e;
    }
    refusal = "";
    timer.pauseEnds();
    CycleRecord ended = cycle.record(timer, mappedBytes());
    timer.ended(ended);
    statistics.ended(ended);
  }

  private long mappedBytes() {
    return (long) blocks.mapped() * Blocks.BLOCK_BYTES;
  }

  // ---- Of a cycle beside the program -----------------------------------------------------------

  /** Why a cycle was not possible. */
  void refused(String why) {
    refusal = why;
  }

  /** The next cycle is to be a full one in a pause. */
  void distrust() {
    stale = true;
  }

  void ended(FullMark cycle) {
    lock.lock();
    try {
      if (fullMark == cycle) {
        fullMark = null;
      }
    } finally {
      lock.unlock();
    }
  }

  void clearSpare() {
    spare.clear(blocks.frontier());
  }

  /**
   * Sweeps a part of what the last cycle left; when all is swept, gives back some of what is idle.
   *
   * @return false when nothing is left
   */
  boolean sweepSome() {
    lock.lock();
    try {
      return spaces.sweepSome(BLOCKS_A_POLL) || spaces.giveBack(BLOCKS_A_RETURN);
    } finally {
      lock.unlock();
    }
  }

  /** A young cycle from whose roots {@code cycle} goes on beside the program. */
  PartialTrace initialMark(FullMark cycle) throws WritersNotStoppedException {
    return youngCycle(
        cycle,
        Cause.INITIAL_MARK,
        () -> {
          cycle.takeChanged();
          besideMarker.begin(spare, marks);
          return new PartialTrace(roots.copy(), PageSet.empty());
        });
  }

  /** A young cycle after which {@code cycle} goes on with what changed until then. */
  PartialTrace preclean(FullMark cycle) throws WritersNotStoppedException {
    return youngCycle(
        cycle,
        Cause.PRECLEAN,
        () -> {
          besideMarker.refresh();
          return new PartialTrace(roots.copy(), cycle.takeChanged());
        });
  }

  private PartialTrace youngCycle(FullMark cycle, Cause cause, Supplier<PartialTrace> last)
      throws WritersNotStoppedException {
    PartialTrace[] left = new PartialTrace[1];
    lock.lock();
    try {
      cycle.checkCancelled();
      checkTrusted();
      pause(
          statistics.begin(CycleKind.YOUNG, cause),
          (timer, watched) -> {
            Cycle young = cycle(timer, watched);
            timer.begin(Phase.INITIAL_MARK);
            left[0] = last.get();
            return young;
          });
    } finally {
      lock.unlock();
    }
    return left[0];
  }

  /** The last pause of {@code cycle}, which takes effect with it. Under the heap's lock. */
  void finalMark(FullMark cycle, CycleTimer ofCycle) throws WritersNotStoppedException {
    checkTrusted();
    pause(
        ofCycle,
        (timer, watched) ->
            cycle(
                timer,
                watched,
                besideMarker,
                changed -> {
                  growMarks();
                  besideMarker.beginFinal();
                  PageSet left = cycle.takeChanged().union(changed);
                  cycle.rescans(left);
                  visitChanged(left, spare, besideMarker, execution::poll);
                  finish(besideMarker, spare);
                  return cycle.pagesRescanned();
                }));
  }

  /** After a young cycle that failed only a full one in a pause is right. */
  private void checkTrusted() {
    if (stale) {
      throw new CancellationException("a young cycle failed");
    }
  }

  // ---- In a pause -----------------------------------------------------------------------------

  /** Marks, and returns how many pages it searched for old objects to trace from. */
  private interface Mark {
    long from(PageSet changed);
  }

  private Cycle cycle(CycleTimer timer, PageSet watched) {
    return cycle(
        timer,
        watched,
        marker,
        timer.kind() == CycleKind.FULL ? changed -> markAll() : this::markYoung);
  }

  private Cycle cycle(CycleTimer timer, PageSet watched, Marker used, Mark mark) {
    boolean full = timer.kind() != CycleKind.YOUNG;
    timer.begin(Phase.PREPARE);
    mutators.prune();
    if (conservative) {
      pointers.settle();
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
      weak.clear(marks, blocks.base(), full);
      if (conservative) {
        pointers.forget();
      }
      long before = spaces.liveBytes();
      sweep(full, used.markedBytes());
      stale = false;
      return new Cycle(
          watched.pageCount(),
          changed.pageCount(),
          rescanned,
          used.objects(),
          used.slots(),
          before,
          pace(full, before, visited.bytes(), traceNanos),
          spaces.liveBytes(),
          floatingBytes(timer.kind()),
          interval.technique(),
          interval.reasons());
    }
  }

  /** Returns the bytes that were allocated before the cycle. */
  private long pace(boolean full, long liveBefore, long visited, long traceNanos) {
    long allocated = pacer.allocated();
    if (full) {
      pacer.fullDone(liveBefore, spaces.liveBytes());
    } else {
      pacer.youngDone(spaces.liveBytes() - liveBefore, visited, traceNanos);
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

  private void finish(Marker tracing, MarkBits into) {
    roots.visit(tracing);
    tracing.drain(execution::poll);
    if (verify) {
      try {
        reachableBytes = OptionalLong.of(sanity.check(roots.copy(), into));
        walk.check(into);
      } catch (IllegalStateException e) {
        refuted = e;
        throw e;
      }
    }
  }

  /** Beside the program: marks what objects that are marked in the spare bits refer to there. */
  void visitChanged(long start, long end, Marker tracing) {
    for (long from = start; from < end; ) {
      int block = blocks.of(from);
      long to = Math.min(end, blocks.address(block + 1));
      spaces.visitMarked(block, from, to, spare, tracing);
      from = to;
    }
  }

  private void visitChanged(PageSet changed, MarkBits marked, Marker tracing, Runnable poll) {
    int sincePoll = 0;
    for (int run = 0; run < changed.runCount(); run++) {
      long from = changed.runStart(run);
      while (from < changed.runEnd(run)) {
        int block = blocks.of(from);
        long to = Math.min(changed.runEnd(run), blocks.address(block + 1));
        spaces.visitMarked(block, from, to, marked, tracing);
        from = to;
        if (++sincePoll == BLOCKS_A_POLL) {
          sincePoll = 0;
          tracing.drain(poll);
          poll.run();
          tracing.refresh();
        }
      }
    }
    tracing.drain(poll);
  }

  private void sweep(boolean full, long markedBytes) {
    mutators.retireHoles();
    if (full) {
      spaces.sweepAllLater(markedBytes);
    } else {
      spaces.sweepYoungLater(markedBytes);
    }
    if (!beside) {
      spaces.finishSweep();
    }
  }

  /** A cycle whose pause is not over. */
  private record Cycle(
      long pagesWatched,
      long pagesChanged,
      long pagesRescanned,
      long objectsTraced,
      long slotsRead,
      long liveBeforeBytes,
      long allocatedBytes,
      long liveBytes,
      OptionalLong floatingBytes,
      String technique,
      List<String> reasons) {
    CycleRecord record(CycleTimer timer, long heapBytes) {
      return new CycleRecord(
          timer.number(),
          timer.kind(),
          timer.cause(),
          timer.pauseStart(),
          timer.pauseNanos(),
          timer.phases(),
          pagesWatched,
          pagesChanged,
          pagesRescanned,
          objectsTraced,
          slotsRead,
          allocatedBytes,
          liveBytes,
          liveBeforeBytes + allocatedBytes - liveBytes,
          heapBytes,
          floatingBytes,
          technique,
          reasons);
    }
  }
}
