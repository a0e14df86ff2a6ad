package dev.ooh.gc.testing;

import dev.ooh.memory.ExecutionContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Threads of which one runs at a time and hands over at polls, to whom a seed says: a run repeats
 * exactly. Since hand-overs happen only there, the others always stand at a poll or a lock.
 */
public final class BatonExecution implements ExecutionContext {
  private final ReentrantLock mutex = new ReentrantLock();
  private final Condition handed = mutex.newCondition();
  private final ArrayDeque<Thread> ready = new ArrayDeque<>();
  private final Random random = new Random(1);
  private Thread running = Thread.currentThread();
  private int stops;
  private int spawned;
  private long polls;
  private long work;

  public long work() {
    return work;
  }

  /** How many threads were ever started. */
  int spawned() {
    return spawned;
  }

  @Override
  public <T> T run(Callable<T> body) throws Exception {
    return body.call();
  }

  @Override
  public TrackedThread spawn(String name, Runnable body) {
    spawned++;
    Throwable[] thrown = new Throwable[1];
    Thread thread =
        new Thread(
            () -> {
              awaitTurn();
              try {
                body.run();
              } catch (Throwable t) {
                thrown[0] = t;
              } finally {
                leave();
              }
            },
            name);
    mutex.lock();
    try {
      ready.add(thread);
    } finally {
      mutex.unlock();
    }
    thread.start();
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
        while (thread.isAlive()) {
          handOver();
          thread.join(1);
        }
        if (thrown[0] != null) {
          throw new IllegalStateException(name, thrown[0]);
        }
      }
    };
  }

  @Override
  public boolean isMember() {
    return true;
  }

  @Override
  public void poll() {
    polls++;
    if (stops == 0 && random.nextInt(16) == 0) {
      handOver();
    }
  }

  @Override
  public void pollRestartable() {
    poll();
  }

  @Override
  public void work(long units) {
    work += units;
  }

  @Override
  public <T> T blocked(Callable<T> call) throws Exception {
    return call.call();
  }

  @Override
  public ContextLock newLock() {
    return new ContextLock() {
      private Thread owner;
      private int depth;

      @Override
      public void lock() {
        poll();
        while (owner != null && owner != Thread.currentThread()) {
          handOver();
        }
        owner = Thread.currentThread();
        depth++;
      }

      @Override
      public void unlock() {
        if (--depth == 0) {
          owner = null;
        }
        poll();
      }

      @Override
      public void await() {
        int held = depth;
        depth = 0;
        owner = null;
        handOver();
        lock();
        depth = held;
      }

      @Override
      public void signalAll() {}
    };
  }

  /** A made-up clock: polls and work. */
  @Override
  public long nanoTime() {
    return polls * 5 + work;
  }

  @Override
  public boolean simulatedTime() {
    return true;
  }

  @Override
  public StoppedWriters stopWriters(StopPoint at, Duration timeout) {
    stops++;
    return () -> stops--;
  }

  private void handOver() {
    mutex.lock();
    try {
      if (ready.isEmpty()) {
        return;
      }
      Thread me = Thread.currentThread();
      ready.add(me);
      running = ready.remove();
      handed.signalAll();
      while (running != me) {
        handed.awaitUninterruptibly();
      }
    } finally {
      mutex.unlock();
    }
  }

  private void awaitTurn() {
    mutex.lock();
    try {
      while (running != Thread.currentThread()) {
        handed.awaitUninterruptibly();
      }
    } finally {
      mutex.unlock();
    }
  }

  private void leave() {
    mutex.lock();
    try {
      if (!ready.isEmpty()) {
        running = ready.remove();
        handed.signalAll();
      }
    } finally {
      mutex.unlock();
    }
  }
}
