package dev.ooh.conformance.model;

import dev.ooh.memory.ExecutionContext;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Ordinary threads; whoever runs between two polls holds the read lock, who stops them the write
 * lock.
 */
final class ModelExecution implements ExecutionContext {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

  @Override
  public <T> T run(Callable<T> body) throws Exception {
    return body.call();
  }

  @Override
  public TrackedThread spawn(String name, Runnable body) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name(name)
            .start(
                () -> {
                  lock.readLock().lock();
                  try {
                    body.run();
                  } finally {
                    lock.readLock().unlock();
                  }
                });
    return new TrackedThread() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public boolean isAlive() {
        return thread.isAlive();
      }

      @Override
      public void join() throws InterruptedException {
        thread.join();
      }
    };
  }

  @Override
  public void poll() {
    if (lock.getReadHoldCount() > 0) {
      lock.readLock().unlock();
      lock.readLock().lock();
    } else {
      Thread.yield();
    }
  }

  @Override
  public void pollRestartable() {
    poll();
  }

  @Override
  public void work(long units) {}

  @Override
  public <T> T blocked(Callable<T> call) throws Exception {
    return call.call();
  }

  @Override
  public ContextLock newLock() {
    throw new UnsupportedOperationException("the kit takes no locks");
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public boolean simulatedTime() {
    return false;
  }

  @Override
  public StoppedWriters stopWriters(StopPoint at, Duration timeout) {
    lock.writeLock().lock();
    return lock.writeLock()::unlock;
  }
}
