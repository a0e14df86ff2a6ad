package dev.ooh.criu.toy;

import dev.ooh.memory.ExecutionContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Ordinary threads that can be stopped at polls; one monitor guards everything. */
final class ToyExecution implements ExecutionContext {
  private final Map<Thread, Boolean> stopped = new HashMap<>();
  private volatile @Nullable StopPoint stopAt;
  private @Nullable Thread stopper;

  @Override
  public <T> T run(Callable<T> body) throws Exception {
    return body.call();
  }

  @Override
  public synchronized TrackedThread spawn(String name, Runnable body) {
    ToyThread thread = new ToyThread(name, body);
    stopped.put(thread.thread, false);
    thread.thread.start();
    return thread;
  }

  @Override
  public void poll() {
    if (stopAt == StopPoint.POLL) {
      park();
    }
  }

  @Override
  public void pollRestartable() {
    if (stopAt != null) {
      park();
    }
  }

  private synchronized void park() {
    Thread me = Thread.currentThread();
    if (me == stopper) {
      return;
    }
    stopped.put(me, true);
    notifyAll();
    while (stopAt != null) {
      await();
    }
    stopped.put(me, false);
  }

  private synchronized void await() {
    try {
      wait();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized void remove(Thread thread) {
    stopped.remove(thread);
    notifyAll();
  }

  @Override
  public void work(long units) {}

  @Override
  public <T> T blocked(Callable<T> call) throws Exception {
    return call.call();
  }

  @Override
  public ContextLock newLock() {
    return new ToyLock();
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
  public synchronized StoppedWriters stopWriters(StopPoint at, Duration timeout)
      throws WritersNotStoppedException {
    stopper = Thread.currentThread();
    stopAt = at;
    long deadline = System.nanoTime() + timeout.toNanos();
    while (stopped.entrySet().stream().anyMatch(e -> e.getKey() != stopper && !e.getValue())) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        goOn();
        throw new WritersNotStoppedException("threads did not stop: " + stopped.keySet());
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return this::goOn;
  }

  private synchronized void goOn() {
    stopAt = null;
    stopper = null;
    notifyAll();
  }

  private final class ToyThread implements TrackedThread {
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    ToyThread(String name, Runnable body) {
      thread =
          new Thread(
              () -> {
                try {
                  body.run();
                } catch (Throwable e) {
                  failure = e;
                } finally {
                  remove(Thread.currentThread());
                }
              },
              name);
      thread.setDaemon(true);
    }

    @Override
    public String name() {
      return thread.getName();
    }

    @Override
    public boolean isAlive() {
      return thread.isAlive();
    }

    @Override
    public void join() throws InterruptedException {
      thread.join();
      if (failure != null) {
        throw new IllegalStateException(name() + " failed", failure);
      }
    }
  }

  /** Waiting threads are not stopped, so nothing here may wait long. */
  private static final class ToyLock implements ContextLock {
    private final java.util.concurrent.locks.ReentrantLock lock =
        new java.util.concurrent.locks.ReentrantLock();
    private final java.util.concurrent.locks.Condition condition = lock.newCondition();

    @Override
    public void lock() {
      lock.lock();
    }

    @Override
    public void unlock() {
      lock.unlock();
    }

    @Override
    public void await() {
      condition.awaitUninterruptibly();
    }

    @Override
    public void signalAll() {
      condition.signalAll();
    }
  }
}
