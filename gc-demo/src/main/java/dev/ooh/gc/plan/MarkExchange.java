package dev.ooh.gc.plan;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Where markers that have nothing left get references from those that have: a stack's older half at
 * a time, which leads to more than the newer one, and only when somebody asks. Over when all that
 * came have nothing left, or one says that it is enough.
 */
final class MarkExchange {
  private final ArrayDeque<long[]> given = new ArrayDeque<>();
  private int working;
  private int waiting;
  private volatile boolean over;

  /** How many more would be taken; written under the monitor. */
  private volatile int wanted;

  /** Whether it is worth giving something. */
  boolean isWanted() {
    return wanted > 0;
  }

  boolean isOver() {
    return over;
  }

  /** A marker comes, with references of its own or none; returns false when all is over. */
  synchronized boolean enter() {
    if (!over) {
      working++;
    }
    return !over;
  }

  synchronized void give(long[] references) {
    given.addLast(references);
    count();
    notifyAll();
  }

  /** A marker that has nothing left waits for more; null when there is no more to come. */
  synchronized long @Nullable [] take() {
    working--;
    waiting++;
    count();
    boolean interrupted = false;
    while (given.isEmpty() && working > 0 && !over) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    waiting--;
    if (given.isEmpty()) {
      end();
      return null;
    }
    working++;
    long[] taken = given.removeFirst();
    count();
    return taken;
  }

  /**
   * Enough was done for now: who waits need not any more, and who has references left keeps them.
   */
  synchronized void stop() {
    over = true;
    count();
    notifyAll();
  }

  /** One failed, and the others need not go on. */
  synchronized void end() {
    over = true;
    given.clear();
    count();
    notifyAll();
  }

  private void count() {
    wanted = over ? 0 : waiting - given.size();
  }
}
