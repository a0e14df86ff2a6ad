package dev.ooh.testing.space;

import dev.ooh.memory.ExecutionContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Threads of which one runs at a time and hands over at polls and locks, to whom a seed says: a run
 * repeats exactly, whatever the machine is busy with. The others always stand at a poll or a lock,
 * so that a stop is in force at once. The thread that makes the context is its first one.
 *
 * <p>Threads that are not of the context, such as a core's own, have no turn to give away.
 */
public final class SeededExecution implements ExecutionContext {
  private static final int NANOS_A_POLL = 5;

  private final Random random;
  private final int oneIn;
  private final AtomicLong work = new AtomicLong();

  /** Guards what follows; a thread runs the program's code when it is {@link #running}. */
  private final Object baton = new Object();

  private final List<Thread> waiting = new ArrayList<>();
  private Thread running = Thread.currentThread();
  private int started;
  private int stops;
  private long polls;

  /** Any poll may hand over. */
  public SeededExecution(long seed) {
    this(seed, 1);
  }

  /**
   * @param oneIn one poll in so many may hand over
   */
  public SeededExecution(long seed, int oneIn) {
    this.random = new Random(seed);
    this.oneIn = oneIn;
  }

  /** How many threads were ever started. */
  public int spawned() {
    synchronized (baton) {
      return started;
    }
  }

  /** The units that were accounted so far. */
  public long work() {
    return work.get();
  }

  @Override
  public <T> T run(Callable<T> body) throws Exception {
    return body.call();
  }

  @Override
  public TrackedThread spawn(String name, Runnable body) {
    Spawned spawned = new Spawned(name, body);
    synchronized (baton) {
      waiting.add(spawned.thread);
      started++;
    }
    spawned.thread.start();
    return spawned;
  }

  private void live(Spawned thread, Runnable body) {
    synchronized (baton) {
      awaitTurn();
    }
    try {
      body.run();
    } catch (RuntimeException | Error e) {
      thread.failure = e;
    } finally {
      synchronized (baton) {
        thread.ended = true;
        running = waiting.remove(random.nextInt(waiting.size()));
        baton.notifyAll();
      }
    }
  }

  @Override
  public boolean isMember() {
    return true;
  }

  @Override
  public void poll() {
    synchronized (baton) {
      if (running != Thread.currentThread()) {
        return;
      }
      polls++;
      if (stops == 0 && (oneIn == 1 || random.nextInt(oneIn) == 0)) {
        int next = random.nextInt(waiting.size() + 1);
        if (next < waiting.size()) {
          handOverTo(next);
        }
      }
    }
  }

  /** Call with the baton's lock held, by the running thread. */
  private void handOverTo(int next) {
    running = waiting.set(next, Thread.currentThread());
    baton.notifyAll();
    awaitTurn();
  }

  private void awaitTurn() {
    while (running != Thread.currentThread()) {
      await(baton);
    }
  }

  private static void await(Object monitor) {
    try {
      monitor.wait();
    } catch (InterruptedException e) {
      throw new IllegalStateException("a thread of a test's context was interrupted", e);
    }
  }

  @Override
  public void pollRestartable() {
    poll();
  }

  @Override
  public void work(long units) {
    work.addAndGet(units);
  }

  @Override
  public <T> T blocked(Callable<T> call) throws Exception {
    return call.call();
  }

  @Override
  public ContextLock newLock() {
    return new Lock();
  }

  /** A made-up clock: work, and a few nanoseconds for each poll. */
  @Override
  public long nanoTime() {
    synchronized (baton) {
      return polls * NANOS_A_POLL + work.get();
    }
  }

  @Override
  public boolean simulatedTime() {
    return true;
  }

  /** Whoever stops the others keeps the baton until they may go on. */
  @Override
  public StoppedWriters stopWriters(StopPoint at, Duration timeout) {
    stop(1);
    return () -> stop(-1);
  }

  private void stop(int more) {
    synchronized (baton) {
      stops += more;
    }
  }

  private final class Spawned implements TrackedThread {
    private final String name;
    private final Thread thread;
    private boolean ended;
    private @Nullable Throwable failure;

    Spawned(String name, Runnable body) {
      this.name = name;
      thread = Thread.ofPlatform().daemon().name(name).unstarted(() -> live(this, body));
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean isAlive() {
      synchronized (baton) {
        return !ended;
      }
    }

    @Override
    public void join() throws InterruptedException {
      synchronized (baton) {
        while (!ended) {
          giveAway();
        }
      }
      thread.join(); // it needs no turn any more, and is alive until the machine has ended it
      if (failure != null) {
        throw new IllegalStateException(name + " threw " + failure, failure);
      }
    }
  }

  /** Lets others go on; call with the baton's lock held. */
  private void giveAway() {
    if (running == Thread.currentThread() && !waiting.isEmpty()) {
      handOverTo(random.nextInt(waiting.size()));
    } else {
      await(baton);
    }
  }

  /** Guarded by the baton's lock. */
  private final class Lock implements ContextLock {
    private @Nullable Thread owner;
    private int depth;

    @Override
    public void lock() {
      poll();
      synchronized (baton) {
        take();
        depth++;
      }
    }

    private void take() {
      while (owner != null && owner != Thread.currentThread()) {
        giveAway();
      }
      owner = Thread.currentThread();
    }

    @Override
    public void unlock() {
      synchronized (baton) {
        if (--depth == 0) {
          release();
        }
      }
      poll();
    }

    private void release() {
      owner = null;
      baton.notifyAll();
    }

    /** Wakes early: whoever waits looks again when it is its turn. */
    @Override
    public void await() {
      synchronized (baton) {
        int held = depth;
        depth = 0;
        release();
        if (running == Thread.currentThread() && !waiting.isEmpty()) {
          handOverTo(random.nextInt(waiting.size()));
        }
        take();
        depth = held;
      }
    }

    @Override
    public void signalAll() {}
  }
}
