package dev.ooh.image.support;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Has a long file written to the disk while more is added to it, so that little is left to wait for
 * at its end. The kernel tells of a failed write once (fsync(2)), so a failure is kept until
 * somebody asks. For one thread.
 */
public final class EarlySync {
  /** Shorter files are over before a disk has begun. */
  static final long BYTES = 32L << 20;

  private final Sync sync;
  private final Executor executor;
  private CompletableFuture<Void> running = CompletableFuture.completedFuture(null);
  private long waiting;

  /** Forces what was written so far to the disk. */
  @FunctionalInterface
  public interface Sync {
    /** May fail, which is told to whoever waits. */
    void run() throws IOException;
  }

  /**
   * @param executor of which a thread is held up for as long as the disk takes
   */
  public EarlySync(Sync sync, Executor executor) {
    this.sync = sync;
    this.executor = executor;
  }

  /** So many more bytes are in the file. */
  public void written(long bytes) {
    waiting += bytes;
    if (waiting >= BYTES && running.isDone() && !running.isCompletedExceptionally()) {
      waiting = 0;
      running = CompletableFuture.runAsync(this::run, executor);
    }
  }

  private void run() {
    try {
      sync.run();
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  /**
   * Waits for what was begun; more of the file may have to be forced.
   *
   * @throws IOException if that failed, or what was begun before
   */
  public void await() throws IOException {
    try {
      running.join();
    } catch (CompletionException e) {
      throw Failure.of(e);
    }
  }

  /** Waits for what was begun, of which nobody wants to know what came of it. */
  public void end() {
    running.handle((done, failure) -> true).join();
  }
}
