package dev.ooh.gc.plan;

import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.statistics.CycleTimer;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.memory.PageSet;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The tracing of full cycles beside the program, which several threads share. The leader is who
 * takes the cycle's steps; a {@link MarkingCrew} may help it. And a thread that allocates may
 * assist, while it holds the heap's lock, so there is one of those at a time: it is given the older
 * half of what the leader has left, traces some of it, and keeps the rest for the next one that
 * assists. As long as nobody asks, the leader sets mark bits without an atomic instruction.
 *
 * <p>Who leads holds the heap's lock, too, or comes to no poll within a step.
 */
final class SharedTrace {
  /** What the leader and each of its crew read in a step: some hundred microseconds' work. */
  private static final long CREW_BYTES = 512 << 10;

  /** Objects before the crew is asked to help: starting it takes as long as some thousand. */
  private static final int ALONE = 16_384;

  private final CyclePauses pauses;
  private final ContextLock lock;
  private final Marker leader;
  private final Marker assistant;
  private final @Nullable MarkingCrew crew;

  /** What the leader has given away and nobody has taken yet. */
  private final AtomicReference<long @Nullable []> given = new AtomicReference<>();

  /** Whether somebody would assist and found nothing. */
  private volatile boolean wanted;

  private PartialTrace part = PartialTrace.NOTHING;

  /** What the leader has done before this part. */
  private long objectsBefore;

  private long slotsBefore;

  /** Bytes that the leader has read, or taken over as read. */
  private volatile long ledBytes;

  /**
   * @param lock the heap's
   * @param crew that helps the leader; null for none
   */
  SharedTrace(CyclePauses pauses, ContextLock lock, @Nullable MarkingCrew crew) {
    this.pauses = pauses;
    this.lock = lock;
    this.crew = crew;
    leader = pauses.newMarker();
    assistant = pauses.newMarker();
  }

  /**
   * A cycle begins: in its first pause.
   *
   * @param newMarks whose bits are set
   * @param old the marks of what may be marked
   */
  void begin(MarkBits newMarks, MarkBits old, CycleTimer timer) {
    leader.begin(newMarks, old);
    assistant.begin(newMarks, old);
    assistant.share();
    given.set(null);
    wanted = false;
    ledBytes = 0;
    if (crew != null) {
      crew.timedBy(timer);
    }
  }

  /** A part of the cycle begins: what the last one left is done. By who leads. */
  void begin(PartialTrace next) {
    part = next;
    objectsBefore = leader.objects();
    slotsBefore = leader.slots();
  }

  /** Changed pages of this part that are still to be searched. By who leads. */
  PageSet rest() {
    return part.rest();
  }

  /** How many slots the leader has read in this part of the cycle; at its end, all. */
  long slots() {
    return leader.slots() - slotsBefore;
  }

  /**
   * Traces some of the part. By who leads.
   *
   * @param bytes about how much to read, as {@link PartialTrace#step} does
   * @return false when nothing is left
   */
  boolean step(long bytes) {
    leader.refresh();
    boolean more = true;
    if (crew != null && leader.canGive() && leader.objects() - objectsBefore >= ALONE) {
      crew.drain(leader, CREW_BYTES, pauses::isAsked);
    } else {
      more = part.step(pauses, leader, bytes);
    }
    ledBytes = leader.readBytes();
    if (wanted && given.get() == null && leader.canGive()) {
      leader.share();
      given.set(leader.takeOlderHalf());
      wanted = false;
    }
    return more || takeBack();
  }

  /** The leader has nothing left; returns false when nobody has. */
  private boolean takeBack() {
    if (!leader.isShared()) {
      return false;
    }
    lock.lock();
    try {
      takeAll();
      return leader.hasMore();
    } finally {
      lock.unlock();
    }
  }

  /** What anybody has left, and what was done, is the leader's. */
  private void takeAll() {
    long[] back = given.getAndSet(null);
    if (back != null) {
      leader.push(back);
    }
    leader.takeOver(assistant);
    leader.addFigures(assistant);
    ledBytes = leader.readBytes();
  }

  /**
   * Traces some of what the leader has given away, if it has. Under the heap's lock.
   *
   * @param bytes about how much to read, and at most a batch more
   * @return how much was read; 0 when there was nothing
   */
  long assist(long bytes) {
    assistant.refresh();
    if (!assistant.hasMore()) {
      long[] taken = given.getAndSet(null);
      if (taken == null) {
        wanted = true;
        return 0;
      }
      assistant.push(taken);
    }
    long start = assistant.readBytes();
    boolean more = true;
    while (more && assistant.readBytes() - start < bytes) {
      more = assistant.drainBatch();
    }
    return assistant.readBytes() - start;
  }

  /** Bytes read beside the program since the cycle began. Under the heap's lock. */
  long readBytes() {
    return ledBytes + assistant.readBytes();
  }

  /**
   * In the cycle's last pause: everything that anybody has left is the leader's, and it marks alone
   * what is reachable.
   */
  Marker beginFinal() {
    takeAll();
    leader.beginFinal();
    return leader;
  }
}
