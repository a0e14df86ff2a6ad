package dev.ooh.criu.command;

import dev.ooh.image.reader.LazySet;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Verifies, in a thread of its own, the set that a program goes on from already. */
final class BackgroundCheck {
  private final LazySet set;
  private volatile boolean abandoned;
  private volatile @Nullable IOException damage;

  BackgroundCheck(LazySet set) {
    this.set = set;
  }

  /**
   * Runs {@code program} by a thread of its own meanwhile, and returns its result when the set was
   * verified.
   *
   * @throws IOException of damage, as soon as some was found: the program may run in a circle over
   *     it, and is not waited for
   */
  <T> T beside(ExecutionContext execution, Callable<T> program) throws Exception {
    FutureTask<T> goingOn = new FutureTask<>(program);
    TrackedThread checking =
        execution.spawn(
            "verification",
            () -> {
              verify();
              if (damage != null) {
                goingOn.cancel(false); // it goes on, but its result is given up
              }
            });
    execution.spawn("program", goingOn);
    try {
      T result = execution.blocked(goingOn::get);
      checking.join();
      throwIfDamaged();
      return result;
    } catch (CancellationException e) {
      throwIfDamaged();
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof Exception failure ? failure : e;
    } finally {
      abandoned = true; // if the program failed, whether anything is damaged is of no use
      checking.join();
    }
  }

  private void verify() {
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
}
