package dev.ooh.criu.command;

import dev.ooh.image.reader.LazySet;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Verifies, in a thread of its own, the set that a program goes on from already. */
final class BackgroundCheck implements Runnable {
  private final LazySet set;
  private volatile boolean abandoned;
  private volatile @Nullable IOException damage;

  BackgroundCheck(LazySet set) {
    this.set = set;
  }

  @Override
  public void run() {
    try {
      set.verify(() -> !abandoned);
    } catch (CancellationException e) {
      // nobody wants to know any more
    } catch (IOException e) {
      damage = e;
    } catch (RuntimeException e) {
      damage = new IOException("%s can't be verified: %s".formatted(set.path(), e), e);
    }
  }

  /**
   * @throws IOException of damage, as soon as some was found
   */
  void throwIfDamaged() throws IOException {
    IOException found = damage;
    if (found != null) {
      throw found;
    }
  }

  /** The program failed: whether anything is damaged is of no use. */
  void abandon() {
    abandoned = true;
  }
}
