package dev.ooh.machine.kernel;

import org.jspecify.annotations.Nullable;

/** Runs steps that must all be tried, and throws afterwards what the first that failed threw. */
final class Failures {
  private @Nullable RuntimeException first;

  /** Runs {@code step}, and keeps what it throws. */
  void collect(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      if (first == null) {
        first = e;
      } else {
        first.addSuppressed(e);
      }
    }
  }

  /** Throws the first failure, if there was one; the others are suppressed in it. */
  void rethrow() {
    if (first != null) {
      throw first;
    }
  }
}
