package dev.ooh.cli.toy;

import dev.ooh.memory.ExecutionContext;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Everything at once: a spawned thread is an ordinary one, nothing is ever stopped. */
final class ToyExecution implements ExecutionContext {
  private final boolean simulated;
  private long nanos;

  ToyExecution(boolean simulated) {
    this.simulated = simulated;
  }

  @Override
  public <T> T run(Callable<T> body) throws Exception {
    return body.call();
  }

  @Override
  public TrackedThread spawn(String name, Runnable body) {
    Thread thread = Thread.ofPlatform().daemon().name(name).start(body);
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
    throw new UnsupportedOperationException();
  }

  /** A millisecond passes with each look at the clock. */
  @Override
  public synchronized long nanoTime() {
    nanos += 1_000_000;
    return nanos;
  }

  @Override
  public boolean simulatedTime() {
    return simulated;
  }

  @Override
  public StoppedWriters stopWriters(StopPoint at, Duration timeout) {
    return () -> {};
  }
}
