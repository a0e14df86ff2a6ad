package dev.ooh.checkpoints;

import dev.ooh.image.writer.NextSet;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadFactory;

/**
 * What the writing thread has to do, one thing after another: the set of each checkpoint, a flat
 * image, the end of a folding. A folding itself is at work beside it, where that can be.
 */
final class Writing {
  private final CheckpointOptions options;
  private final Chain chain;
  private final NextSet next;
  private final Turns turns;
  private final ThreadFactory threads;
  private final ExecutorService writer;

  /** Guarded by {@link #turns}: the writing thread alone touches next and chain until then. */
  private CompletableFuture<?> pending = CompletableFuture.completedFuture(null);

  /**
   * What the folding thread has to do before the writing thread has to settle it. Not guarded: set
   * by the writing thread.
   */
  private volatile CompletableFuture<?> folding = CompletableFuture.completedFuture(null);

  Writing(
      CheckpointOptions options, Chain chain, NextSet next, Turns turns, ThreadFactory threads) {
    this.options = options;
    this.chain = chain;
    this.next = next;
    this.turns = turns;
    this.threads = threads;
    writer = Executors.newSingleThreadExecutor(threads);
  }

  /**
   * Has what was copied be written, and then what its set asks for.
   *
   * @return what the program may do with as it likes: to complete or cancel it ends no waiting but
   *     its own, and what depends on it is run by a thread that nobody waits for
   */
  CompletableFuture<Checkpoint> write(Taking taking) {
    CompletableFuture<Checkpoint> written =
        CompletableFuture.supplyAsync(() -> finish(taking), writer);
    pending = written.thenRunAsync(this::rework, writer);
    return written.whenCompleteAsync((checkpoint, failure) -> {}, this::run);
  }

  private void run(Runnable action) {
    try {
      threads.newThread(action).start();
    } catch (OutOfMemoryError e) {
      ForkJoinPool.commonPool().execute(action); // no thread can be had, but the set is there
    }
  }

  private Checkpoint finish(Taking taking) {
    Checkpoint checkpoint;
    try {
      checkpoint = taking.finish();
    } catch (IOException e) {
      options.listener().failed(e);
      makeRoom();
      throw new CompletionException(e);
    } catch (RuntimeException e) {
      options.listener().failed(e);
      throw e;
    } catch (Error e) {
      options.listener().failed(Errors.told("no checkpoint was written", e));
      throw e;
    }
    options.listener().taken(checkpoint);
    return checkpoint;
  }

  /** A set could not be written, and nothing else is being written. */
  void makeRoom() {
    reworkOrTell(chain::makeRoom);
  }

  private void rework() {
    reworkOrTell(() -> chain.flatten(turns::hasTime));
    reworkOrTell(() -> chain.beginFolding().ifPresent(this::fold));
  }

  private void fold(Folding begun) {
    if (chain.foldsBeside()) {
      boolean started = false;
      try {
        folding =
            CompletableFuture.runAsync(
                () -> {
                  begun.copy();
                  settleSoon();
                },
                action -> new Threads(Folding.THREAD + options.name()).newThread(action).start());
        started = true;
      } finally {
        if (!started) {
          chain.abandonFolding();
        }
      }
    } else {
      begun.copy();
      settle();
    }
  }

  /** When what is being written is written, and before the next one is begun. */
  private void settleSoon() {
    synchronized (turns) {
      await();
      pending = CompletableFuture.runAsync(this::settle, writer);
    }
  }

  private void settle() {
    reworkOrTell(() -> chain.settle(next));
  }

  private interface Rework {
    void run() throws IOException;
  }

  private void reworkOrTell(Rework rework) {
    try {
      rework.run();
    } catch (IOException | RuntimeException e) {
      options.listener().failed(e);
    } catch (Error e) {
      options.listener().failed(Errors.told("what follows a checkpoint was not done", e));
    }
  }

  /** The set that is being written is written, or failed and says so to whoever has its future. */
  void await() {
    try {
      pending.join();
    } catch (CompletionException e) {
      // what it was to hold is owed to the next one
    }
  }

  /** Waits until what is being folded is copied; it is settled when {@link #await} returns then. */
  void awaitFolding() {
    folding.handle((done, failure) -> true).join();
  }

  /** Nothing more is to be written. */
  void end() {
    writer.shutdown();
  }
}
