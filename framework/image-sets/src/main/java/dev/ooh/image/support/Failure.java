package dev.ooh.image.support;

import java.io.IOException;
import java.util.concurrent.CompletionException;

/** What went wrong in another thread, for who waits for it. */
public final class Failure {
  private Failure() {}

  /**
   * What the thread threw, if that is an {@link IOException}.
   *
   * @throws RuntimeException or {@link Error} that it threw, not wrapped: callers take a {@link
   *     CompletionException} for one of their own futures'
   */
  public static IOException of(CompletionException e) {
    return switch (e.getCause()) {
      case IOException failure -> failure;
      case RuntimeException failure -> throw failure;
      case Error failure -> throw failure;
      case null, default -> throw e;
    };
  }
}
