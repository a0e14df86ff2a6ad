package dev.ooh.tracking.core.fake;

import dev.ooh.memory.ExecutionContext;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** The caller's own thread, and writers that a test may declare unstoppable. */
public final class FakeExecution implements ExecutionContext {
  private final AtomicInteger stopped = new AtomicInteger();
  private volatile boolean unstoppable;

  /** From now on stopping writers fails. */
  public void unstoppable(boolean value) {
    unstoppable = value;
  }

  public boolean isStopped() {
    return stopped.get() > 0;
  }

  @Override
  public <T> T run(Callable<T> body) throws Exception {
    return body.call();
  }

  @Override
  public TrackedThread spawn(String name, Runnable body) {
    throw new UnsupportedOperationException("no threads here");
  }

  @Override
  public void poll() {}

  @Override
  public void pollRestartable() {}

  @Override
  public void work(long units) {}

  @Override
  public <T> T blocked(Callable<T> call) throws Exception {
    return call.call();
  }

  @Override
  public ContextLock newLock() {
    throw new UnsupportedOperationException("no locks here");
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
  public StoppedWriters stopWriters(StopPoint at, Duration timeout)
      throws WritersNotStoppedException {
    if (unstoppable) {
      throw new WritersNotStoppedException("thread w did not reach a poll");
    }
    stopped.incrementAndGet();
    return stopped::decrementAndGet;
  }
}
