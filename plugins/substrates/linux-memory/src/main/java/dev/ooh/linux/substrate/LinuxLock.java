package dev.ooh.linux.substrate;

import dev.ooh.memory.ExecutionContext.ContextLock;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A lock at which a waiting thread counts as stopped. */
final class LinuxLock implements ContextLock {
  private final LinuxExecution execution;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition condition = lock.newCondition();

  LinuxLock(LinuxExecution execution) {
    this.execution = execution;
  }

  @Override
  public void lock() {
    if (lock.tryLock()) {
      return;
    }
    while (true) {
      execution.beginWait();
      try {
        lock.lock();
      } finally {
        // Not resumed with the lock held: a stopped owner would keep whoever stops it waiting.
        lock.unlock();
        execution.endWait();
      }
      if (lock.tryLock()) {
        return;
      }
    }
  }

  @Override
  public void unlock() {
    lock.unlock();
  }

  @Override
  public void await() {
    execution.beginWait();
    try {
      condition.awaitUninterruptibly();
    } finally {
      lock.unlock();
      execution.endWait();
      lock();
    }
  }

  @Override
  public void signalAll() {
    condition.signalAll();
  }
}
