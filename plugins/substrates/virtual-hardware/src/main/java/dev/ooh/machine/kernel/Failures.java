package dev.ooh.machine.kernel;

import org.jspecify.annotations.Nullable;

/** Runs steps that must all be tried, and throws afterwards what the first that failed threw. */
final class Failures {
  private @Nullable Throwable first;

  /** Runs {@code step}, and keeps what it throws. */
  void collect(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      if (first == null) {
        first = e;
      } else {
        first.addSuppressed(e);
      }
    }
  }

  /** Throws the first failure, if there was one; the others are suppressed in it. */
  void rethrow() {
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException failure) {
      throw failure;
    }
  }
}
