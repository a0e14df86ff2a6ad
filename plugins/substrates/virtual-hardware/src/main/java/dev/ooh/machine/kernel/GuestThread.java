package dev.ooh.machine.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread of a guest, carried by a Java thread: a virtual one of its own, or that of a host call.
 * What is not final is the scheduler's, under its mutex.
 */
public final class GuestThread {

  /** Where a thread that doesn't run stands. */
  enum Place {
    /** Nothing of its body has run. */
    START(true, true),
    /** Between two instructions. */
    INSTRUCTION(false, false),
    POLL(true, false),
    RESTARTABLE_POLL(true, true),
    /** Waiting for a lock, a condition or another thread's end. */
    WAITING(true, false),
    /** In a call outside of guest memory, of which nothing could be restored. */
    OUTSIDE(true, false),
    /** Asking to stop the others. */
    STOPPING(true, false),
    /** Asking to stop the others at restartable polls: nothing of this thread is to be restored. */
    CHECKPOINTING(true, true),
    RUNNING(false, false);

    final boolean stopsAtPoll;
    final boolean stopsAtRestartablePoll;

    Place(boolean stopsAtPoll, boolean stopsAtRestartablePoll) {
      this.stopsAtPoll = stopsAtPoll;
      this.stopsAtRestartablePoll = stopsAtRestartablePoll;
    }
  }

  private final String name;
  private final Thread carrier;
  final CountDownLatch end = new CountDownLatch(1);
  final List<GuestThread> joiners = new ArrayList<>();

  /** The process whose page tables this thread runs on; changed by itself only. */
  UserProcess process;

  Place place = Place.START;

  /** The number of the processor that it runs on; fixed before it first runs. */
  int processor;

  /** Above 0, it keeps the CPU across scheduling points. */
  int unpreemptible;

  /**
   * It makes one short step that writes to no process's memory, and runs while writers stand still.
   */
  boolean service;

  /** It runs a technique's code: the cached translations stay hidden, so that accesses show. */
  boolean tracker;

  /** It went on without the baton, after a stop that timed out; it takes it at its next chance. */
  boolean adrift;

  volatile @Nullable Throwable failure;
  private volatile boolean granted;

  GuestThread(String name, UserProcess process, Thread carrier) {
    this.name = name;
    this.process = process;
    this.carrier = carrier;
  }

  /** The name, for messages. */
  public String name() {
    return name;
  }

  /** Whether its body has not ended. Any thread. */
  public boolean isAlive() {
    return end.getCount() > 0;
  }

  /** What its body threw; null if it threw nothing, or has not ended. Any thread. */
  public @Nullable Throwable failure() {
    return failure;
  }

  /** Whether it runs a technique's code now. */
  public boolean isTracker() {
    return tracker;
  }

  /** Lets its accesses use its process's cached translations, unless they are to be seen. */
  void showTranslations() {
    if (tracker) {
      process.translations().hide();
    } else {
      process.translations().show();
    }
  }

  Thread carrier() {
    return carrier;
  }

  void grant() {
    granted = true;
    LockSupport.unpark(carrier);
  }

  boolean isGranted() {
    return granted;
  }

  /**
   * Waits for the baton.
   *
   * @param deadline by {@link System#nanoTime}; {@link Long#MAX_VALUE} for none
   * @return false if it did not come in time; nothing has changed then
   */
  boolean awaitGrant(long deadline) {
    boolean interrupted = false;
    while (!granted) {
      if (deadline == Long.MAX_VALUE) {
        LockSupport.park(this);
      } else {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          break;
        }
        LockSupport.parkNanos(this, left);
      }
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      carrier.interrupt();
    }
    return granted;
  }

  void takeGrant() {
    granted = false;
  }

  @Override
  public String toString() {
    return name;
  }
}
