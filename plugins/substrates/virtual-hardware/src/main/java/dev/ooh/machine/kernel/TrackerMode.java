package dev.ooh.machine.kernel;

import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which Java threads run a technique's code now, on the machine's CPU or on their way to it. */
final class TrackerMode {
  private final ThreadLocal<Boolean> on = ThreadLocal.withInitial(() -> false);

  boolean isOn() {
    return on.get();
  }

  /**
   * Runs {@code body} on the calling thread, in this mode.
   *
   * @param current the caller's guest thread while it has the CPU
   */
  <T> T run(Supplier<@Nullable GuestThread> current, Callable<T> body) throws Exception {
    boolean outer = on.get();
    set(true, current.get());
    try {
      return body.call();
    } finally {
      set(outer, current.get());
    }
  }

  private void set(boolean tracker, @Nullable GuestThread thread) {
    on.set(tracker);
    if (thread != null) {
      thread.tracker = tracker;
      thread.showTranslations();
    }
  }
}
