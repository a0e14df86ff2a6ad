package dev.ooh.checkpoints;

import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/** Reads and checks, in the background, the set that a program goes on from already. */
final class Verification {
  private final LazySet set;
  private final CompletableFuture<ImageSet> whole = new CompletableFuture<>();
  private volatile boolean abandoned;
  private volatile boolean started;

  Verification(LazySet set) {
    this.set = set;
  }

  /**
   * Begins.
   *
   * @param damaged is told if something is not as it was written
   */
  void start(ThreadFactory threads, Consumer<? super IOException> damaged) {
    threads.newThread(() -> run(damaged)).start();
    started = true;
  }

  private void run(Consumer<? super IOException> damaged) {
    try {
      whole.complete(set.verify(() -> !abandoned));
    } catch (CancellationException e) {
      whole.completeExceptionally(e);
    } catch (IOException e) {
      fail(e, damaged);
    } catch (RuntimeException | Error e) {
      fail(new IOException("%s can't be verified: %s".formatted(set.path(), e), e), damaged);
    }
  }

  /** Once it is abandoned, others may write to the directory, and remove what is being read. */
  private void fail(IOException why, Consumer<? super IOException> damaged) {
    if (abandoned) {
      whole.completeExceptionally(new CancellationException());
    } else {
      whole.completeExceptionally(why);
      damaged.accept(why);
    }
  }

  /** What was found as it was written; empty if nothing was, or that is not known yet. */
  Optional<ImageSet> found() {
    return whole.state() == Future.State.SUCCESS
        ? Optional.of(whole.resultNow())
        : Optional.empty();
  }

  /** Completes with the set when all of it was found as it was written. */
  CompletableFuture<ImageSet> whole() {
    return whole;
  }

  /**
   * Waits for the end.
   *
   * @throws IOException if something is not as it was written
   * @throws CancellationException if it was abandoned
   */
  ImageSet await() throws IOException, InterruptedException {
    try {
      return whole.get();
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new IOException(
          "no checkpoint is taken, as what the program goes on from is damaged: "
              + cause.getMessage(),
          cause);
    }
  }

  /** Nobody wants to know any more; it ends soon, and tells of no damage that it meets. */
  void abandon() {
    abandoned = true;
  }

  /** Waits until nothing is read any more; whoever is told of damage may be at that still. */
  void awaitEnd() {
    if (started) {
      whole.handle((set, failure) -> true).join();
    }
  }
}
