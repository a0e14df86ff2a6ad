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
import dev.ooh.gc.statistics.Cause;
import dev.ooh.gc.statistics.CollectorStatistics;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.ExecutionContext.WritersNotStoppedException;
import dev.ooh.memory.IntervalSource;
import java.util.Optional;

/**
 * The plan: which cycle comes when. A young one when enough was allocated, a full one beside the
 * program when it is due, and one in a pause when memory ran out. Under the heap's lock.
 */
public final class MarkSweep {
  private final CollectorStatistics statistics;
  private final Blocks blocks;
  private final Spaces spaces;
  private final CyclePauses pauses;
  private final FullMarks fullMarks;
  private final Pacer pacer;
  private final OverheadLimit overhead;
  private final boolean beside;

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
    this.statistics = statistics;
    this.blocks = blocks;
    this.spaces = spaces;
    beside = options.fullCycles() != FullCycles.PAUSE;
    pacer = new Pacer(options.allocationBytes(), blocks.maxBytes(), beside);
    overhead = new OverheadLimit(blocks.maxBytes());
    HeapParts heap = new HeapParts(blocks, marks, objects, spaces, mutators, roots, weak, pointers);
    pauses = new CyclePauses(space, options, changedPages, observer, statistics, heap, pacer);
    fullMarks = new FullMarks(space.execution(), lock, options, pauses, statistics, spaces, pacer);
  }

  /** Lets a technique set itself up, outside any pause. */
  public void prepareTracking() {
    pauses.prepareTracking();
  }

  /** Accounts for allocation. */
  public void allocated(long bytes) {
    pacer.allocated(bytes);
    overhead.allocated(bytes);
  }

  /** Whether enough was allocated since the last cycle, or is with so many bytes more. */
  public boolean isDue(long more) {
    return pacer.isDue(more);
  }

  /** Why the last cycle was not possible, naming threads; empty when it was. */
  public String refusal() {
    return pauses.refusal();
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
    pauses.checkRefuted();
    try {
      if (full || pauses.isStale() || (!beside && pacer.isFullDue(spaces.liveBytes()))) {
        Cause why = full ? cause : pauses.isStale() ? Cause.FAILED_CYCLE : Cause.OLD_DOUBLED;
        fullMarks.cancel();
        pauses.full(statistics.begin(CycleKind.FULL, why));
      } else {
        pauses.young(statistics.begin(CycleKind.YOUNG, cause));
        if (pacer.isFullDue(spaces.liveBytes())) {
          startFullCycle(Cause.OLD_DOUBLED);
        }
      }
      return true;
    } catch (WritersNotStoppedException e) {
      pauses.refused(String.valueOf(e.getMessage()));
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
    return fullMarks.start(cause);
  }

  /**
   * Slices of a full cycle beside the program that has no thread of its own, or one that has fallen
   * behind.
   *
   * @param bytes allocated since the last call
   * @throws IllegalStateException as {@link #collect} does
   */
  public void assist(long bytes) {
    fullMarks.assist(bytes);
  }

  /**
   * A full cycle in a pause, as memory ran out; the one beside the program is given up.
   *
   * @param since when the caller began to wait, by the space's clock
   * @return empty when it may be tried again; else why there is no memory: the cycles of late were
   *     not worth their time
   * @throws IllegalStateException as {@link #collect} does
   */
  public Optional<String> makeRoom(long since) {
    Cause cause = fullMarks.isMarking() ? Cause.CONCURRENT_MODE_FAILURE : Cause.ALLOCATION_FAILURE;
    if (collect(true, cause, since)) {
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
    fullMarks.close();
    pauses.close();
    pauses.checkRefuted();
  }
}
