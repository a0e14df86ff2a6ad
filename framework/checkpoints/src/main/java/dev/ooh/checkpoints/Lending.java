package dev.ooh.checkpoints;

import dev.ooh.image.store.WrittenSet;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lets others write to the directory while this JVM is being checkpointed itself. */
final class Lending {
  private final Turns turns;
  private final Writing writing;
  private final Chain chain;
  private final @Nullable Verification verification;

  Lending(Turns turns, Writing writing, Chain chain, @Nullable Verification verification) {
    this.turns = turns;
    this.writing = writing;
    this.chain = chain;
    this.verification = verification;
  }

  /** Ends what is at work and lets go of the directory, and of each file in it. */
  void begin() throws IOException {
    if (verification != null) {
      verification.awaitEnd();
    }
    synchronized (turns) {
      if (!turns.lend()) {
        return;
      }
      writing.await();
    }
    writing.awaitFolding();
    synchronized (turns) {
      writing.await();
      chain.suspend();
    }
  }

  /**
   * Goes on with the chain of before.
   *
   * @param known the set that the next one builds on, if there was one
   * @param done what else is to be done before anybody has a turn
   * @throws IOException if another one writes to the directory, or did meanwhile; nobody has a turn
   *     any more then
   */
  void end(Supplier<Optional<WrittenSet>> known, Runnable done) throws IOException {
    synchronized (turns) {
      if (!turns.isLent()) {
        return;
      }
      boolean resumed = false;
      try {
        if (!turns.isClosed()) {
          chain.resume(known.get());
          done.run();
        }
        resumed = true;
      } finally {
        if (!resumed) {
          turns.close();
        }
        turns.takeBack();
      }
    }
  }
}
