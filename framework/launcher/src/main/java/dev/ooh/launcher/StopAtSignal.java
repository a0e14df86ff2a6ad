package dev.ooh.launcher;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Closes what is open when the process is told to end, at whatever moment that is. What is being
 * opened then is waited for, because half of it could be found by nobody. For any thread.
 */
final class StopAtSignal implements AutoCloseable {
  /** A bundle that hangs while it starts must not make the process deaf. */
  private static final long PATIENCE_SECONDS = 10;

  private final HushableStream err;
  private final Thread hook;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private boolean disarmed;
  private boolean signalled;

  /** Listens from now on. */
  StopAtSignal(HushableStream err) {
    this.err = err;
    hook = Thread.ofPlatform().name("stop-at-signal").unstarted(this::signal);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Opens what a signal closes too, the last opened first.
   *
   * @throws IllegalStateException after a signal; nothing is opened then
   */
  <T extends AutoCloseable> T open(Callable<T> opening) throws Exception {
    lock.lock();
    try {
      if (signalled) {
        throw new IllegalStateException("the process was told to end");
      }
      T opened = opening.call();
      open.push(opened);
      return opened;
    } finally {
      lock.unlock();
    }
  }

  /** What the signal does. From here on a command that loses its bundles fails in silence. */
  void signal() {
    try {
      if (!lock.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    try {
      if (disarmed) {
        return;
      }
      signalled = true;
      err.hush();
      while (!open.isEmpty()) {
        closeOne(open.pop());
      }
    } finally {
      lock.unlock();
    }
  }

  private void closeOne(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      err.lastWord("ooh: " + Failures.line(e));
    }
  }

  /** The command is done, and what is open will be closed as usual. */
  void disarm() {
    lock.lock();
    try {
      disarmed = true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    disarm();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, and the hook has seen that it is not needed.
    }
  }
}
