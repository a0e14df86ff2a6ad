package dev.ooh.checkpoints;

import java.util.concurrent.locks.Lock;

/**
 * How a program keeps still while what it wrote last is copied. Both are called by the thread that
 * takes the checkpoint.
 */
@FunctionalInterface
public interface Standstill {
  /**
   * Returns when nobody writes to the segments any more, and what they hold makes sense together.
   */
  Standing stop() throws InterruptedException;

  /** The program stands still until this is closed. */
  interface Standing extends AutoCloseable {
    /** Writers may go on. */
    @Override
    void close();
  }

  /**
   * Stops a program whose threads write under a lock, such as the read lock of a {@link
   * java.util.concurrent.locks.ReadWriteLock} of which {@code lock} is the write lock.
   */
  static Standstill holding(Lock lock) {
    return () -> {
      lock.lockInterruptibly();
      return lock::unlock;
    };
  }
}
