package dev.ooh.launcher;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Closes what is open when the process is told to end, at whatever moment that is: also when the
 * command has come to its end, or failed because the signal took something from it, as the JVM
 * doesn't wait for whoever closes things in the usual way then. What is being opened is waited for,
 * because half of it could be found by nobody. For any thread.
 */
final class StopAtSignal implements AutoCloseable {
  /** A bundle that hangs while it starts must not make the process deaf. */
  private static final long PATIENCE_SECONDS = 10;

  private final HushableStream err;
  private final Thread hook;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private boolean signalled;

  /** Listens from now on. */
  StopAtSignal(HushableStream err) {
    this.err = err;
    hook = Thread.ofPlatform().name("stop-at-signal").unstarted(this::signal);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Opens what a signal closes too, the last opened first, and perhaps while another thread does.
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

  /** Whether the process was told to end, or ends: what fails from then on may fail for that. */
  static boolean isEnding() {
    Thread tried = Thread.ofPlatform().unstarted(() -> {});
    try {
      Runtime.getRuntime().addShutdownHook(tried);
      return !Runtime.getRuntime().removeShutdownHook(tried);
    } catch (IllegalStateException e) {
      return true;
    }
  }

  /** All that was opened is closed: there is nothing left to do at a signal. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, and closes all of it once more.
    }
  }
}
