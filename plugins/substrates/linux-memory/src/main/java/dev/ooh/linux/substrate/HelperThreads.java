package dev.ooh.linux.substrate;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that run what another thread runs, at the same time and for it. They are not of the
 * context: who stops that one's threads need not wait for them. Kept for a moment in case there is
 * more to do.
 */
final class HelperThreads {
  private static final long KEPT_MILLIS = 500;

  private final ThreadPoolExecutor pool =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          KEPT_MILLIS,
          TimeUnit.MILLISECONDS,
          new SynchronousQueue<>(),
          body -> Thread.ofPlatform().name("helper").daemon().unstarted(body));

  /** Runs {@code body} here and in {@code others} threads; throws what one of them threw. */
  void run(int others, Runnable body) {
    List<Future<?>> helpers = new ArrayList<>();
    try {
      for (int i = 0; i < others; i++) {
        helpers.add(pool.submit(body));
      }
      body.run();
    } finally {
      helpers.forEach(HelperThreads::awaitEnd);
    }
    helpers.forEach(HelperThreads::check);
  }

  private static void awaitEnd(Future<?> helper) {
    boolean interrupted = false;
    while (!helper.isDone()) {
      try {
        helper.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        // It has ended; check() tells.
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void check(Future<?> helper) {
    if (helper.state() == Future.State.FAILED) {
      Throwable thrown = helper.exceptionNow();
      if (thrown instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) thrown;
    }
  }
}
