package dev.ooh.tracking.core.internal;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.tracking.TrackingException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Calls that may take long, from threads that may be guests of a simulated machine. */
final class Blocking {
  private Blocking() {}

  /** Runs {@code call}, which throws nothing checked, while this thread counts as stopped. */
  static <T> T call(ExecutionContext execution, Callable<T> call) {
    try {
      return execution.blocked(call);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("a blocked call failed: " + e, e);
    }
  }

  /**
   * Runs a technique's code in a thread of its own and waits for it no longer than {@code limit}.
   * What comes after that is dropped.
   *
   * @throws TrackingException for anything that the code throws, and when it takes too long
   */
  static <T> T withLimit(ExecutionContext execution, String what, Duration limit, Callable<T> code)
      throws TrackingException {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("ooh " + what)
        .start(
            () -> {
              try {
                answer.complete(code.call());
              } catch (Throwable t) {
                answer.completeExceptionally(t);
              }
            });
    @Nullable Exception failure =
        call(
            execution,
            () -> {
              try {
                answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
                return null;
              } catch (ExecutionException | TimeoutException e) {
                return e;
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return e;
              }
            });
    if (failure == null) {
      return answer.join();
    }
    throw new TrackingException(
        failure instanceof ExecutionException
            ? "%s failed: %s".formatted(what, failure.getCause())
            : "%s did not return within %d ms".formatted(what, limit.toMillis()),
        failure);
  }
}
