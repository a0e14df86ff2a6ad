package dev.ooh.testing.space;

import dev.ooh.memory.ExecutionContext;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ordinary threads that can be stopped at polls. A test may declare them unstoppable, and bring a
 * clock of its own.
 */
public final class TestExecution implements ExecutionContext {
  private final LongSupplier clock;
  private final boolean simulated;
  private volatile boolean unstoppable;
  private volatile @Nullable StopPoint stopAt;

  // Guarded by this.
  private final Set<Thread> threads = new HashSet<>();
  private final Set<Thread> standing = new HashSet<>();
  private @Nullable Thread stopper;
  private int stops;

  /** By the wall clock. */
  public TestExecution() {
    this(System::nanoTime, false);
  }

  /**
   * @param clock nanoseconds, for {@link #nanoTime}
   * @param simulated whether the clock is to be taken for a simulated one
   */
  public TestExecution(LongSupplier clock, boolean simulated) {
    this.clock = clock;
    this.simulated = simulated;
  }

  /** From now on stopping writers fails, or no longer does. */
  public void unstoppable(boolean value) {
    unstoppable = value;
  }

  /** Whether somebody has the writers stopped. */
  public synchronized boolean isStopped() {
    return stops > 0;
  }

  @Override
  public <T> T run(Callable<T> body) throws Exception {
    return body.call();
  }

  @Override
  public synchronized TrackedThread spawn(String name, Runnable body) {
    Spawned spawned = new Spawned(name, body);
    threads.add(spawned.thread);
    spawned.thread.start();
    return spawned;
  }

  /** Any thread will do: one that nobody spawned is never stopped, and a test knows it. */
  @Override
  public boolean isMember() {
    return true;
  }

  @Override
  public void poll() {
    if (stopAt == StopPoint.POLL) {
      stand();
    }
  }

  @Override
  public void pollRestartable() {
    if (stopAt != null) {
      stand();
    }
  }

  private synchronized void stand() {
    Thread me = Thread.currentThread();
    if (me == stopper || !threads.contains(me)) {
      return;
    }
    standing.add(me);
    notifyAll();
    boolean interrupted = false;
    while (stopAt != null) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    standing.remove(me);
    if (interrupted) {
      me.interrupt();
    }
  }

  private synchronized void ended(Thread thread) {
    threads.remove(thread);
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
    return new Lock();
  }

  @Override
  public long nanoTime() {
    return clock.getAsLong();
  }

  @Override
  public boolean simulatedTime() {
    return simulated;
  }

  @Override
  public synchronized StoppedWriters stopWriters(StopPoint at, Duration timeout)
      throws WritersNotStoppedException {
    if (unstoppable) {
      throw new WritersNotStoppedException("thread w did not reach a poll");
    }
    stops++;
    stopper = Thread.currentThread();
    stopAt = at;
    long deadline = System.nanoTime() + timeout.toNanos();
    while (running().size() > 0) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        String late = running().toString();
        goOn();
        throw new WritersNotStoppedException("threads did not stop: " + late);
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        goOn();
        Thread.currentThread().interrupt();
        throw new WritersNotStoppedException("interrupted while threads stopped");
      }
    }
    return this::goOn;
  }

  private Set<Thread> running() {
    Set<Thread> running = new HashSet<>(threads);
    running.removeAll(standing);
    running.remove(Thread.currentThread());
    return running;
  }

  private synchronized void goOn() {
    stops--;
    if (stops == 0) {
      stopAt = null;
      stopper = null;
      notifyAll();
    }
  }

  private final class Spawned implements TrackedThread {
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    Spawned(String name, Runnable body) {
      thread =
          Thread.ofPlatform()
              .name(name)
              .daemon()
              .unstarted(
                  () -> {
                    try {
                      body.run();
                    } catch (Throwable e) {
                      failure = e;
                    } finally {
                      ended(Thread.currentThread());
                    }
                  });
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
        throw new IllegalStateException("thread " + name() + " failed: " + failure, failure);
      }
    }
  }

  /** Waiting threads are not stopped, so nothing here may wait long. */
  private static final class Lock implements ContextLock {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition condition = lock.newCondition();

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
