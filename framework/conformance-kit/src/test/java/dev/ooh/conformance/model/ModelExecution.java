package dev.ooh.conformance.model;

import dev.ooh.memory.ExecutionContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Threads of which one runs at a time and hands over at polls, to whom a seed says: a schedule
 * repeats exactly, whatever the machine is busy with. The others always stand at a poll.
 */
final class ModelExecution implements ExecutionContext {
  private final Random random;

  /** Guards what follows; a thread runs the program's code when it is {@link #running}. */
  private final Object baton = new Object();

  private final List<Thread> waiting = new ArrayList<>();
  private Thread running = Thread.currentThread();
  private int stops;

  ModelExecution(long seed) {
    random = new Random(seed);
  }

  @Override
  public <T> T run(Callable<T> body) throws Exception {
    return body.call();
  }

  @Override
  public TrackedThread spawn(String name, Runnable body) {
    ModelThread spawned = new ModelThread(name);
    Thread thread = Thread.ofPlatform().daemon().name(name).unstarted(() -> live(spawned, body));
    synchronized (baton) {
      waiting.add(thread);
    }
    thread.start();
    return spawned;
  }

  private void live(ModelThread thread, Runnable body) {
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

  /** Threads that are not of the program, such as a core's own, have no turn to give away. */
  @Override
  public void poll() {
    synchronized (baton) {
      if (running == Thread.currentThread() && stops == 0) {
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
      try {
        baton.wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException("a thread of the model was interrupted", e);
      }
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

  private final class ModelThread implements TrackedThread {
    private final String name;
    private boolean ended;
    private @Nullable Throwable failure;

    ModelThread(String name) {
      this.name = name;
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
    public void join() {
      synchronized (baton) {
        while (!ended) {
          handOverTo(random.nextInt(waiting.size()));
        }
        if (failure != null) {
          throw new IllegalStateException(name + " threw " + failure, failure);
        }
      }
    }
  }
}
