package dev.ooh.checkpoints;

/**
 * Who may use the checkpoints when: whoever holds this object's monitor, unless they are lent to
 * others meanwhile, or closed.
 */
final class Turns {
  private boolean closed;

  /** Between a checkpoint of this JVM and its restore; also asked by the writing thread. */
  private volatile boolean lent;

  /** Asked by the writing thread, for which the one that closes waits. */
  private volatile boolean closing;

  /** Waits while they are lent; they may be closed then. */
  synchronized void await() {
    boolean interrupted = false;
    while (lent && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  synchronized void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the checkpoints are closed, wanted open ones");
    }
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Somebody is about to close them. */
  void announceEnd() {
    closing = true;
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /** Who waits while they are lent waits no longer. */
  synchronized void closeIfLent() {
    if (lent) {
      close();
    }
  }

  /** Returns whether they can be, and were not before. */
  synchronized boolean lend() {
    if (closed || lent) {
      return false;
    }
    lent = true;
    return true;
  }

  synchronized boolean isLent() {
    return lent;
  }

  synchronized void takeBack() {
    lent = false;
    notifyAll();
  }

  /** Whether work that nobody waits for may go on. */
  boolean hasTime() {
    return !closing && !lent;
  }
}
