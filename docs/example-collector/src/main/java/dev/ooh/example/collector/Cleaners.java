package dev.ooh.example.collector;

import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.WeakHandle;
import dev.ooh.gc.WeakQueue;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Does what is to be done when objects are gone, when the program asks. For one thread. */
public final class Cleaners {
  private final WeakQueue gone;
  private final Map<WeakHandle, Runnable> actions = new HashMap<>();

  /** For objects of {@code heap}. */
  public Cleaners(CollectedHeap heap) {
    gone = heap.weakQueue();
  }

  /** The object must be reachable now; the action must not need it. */
  public void register(long object, Runnable action) {
    actions.put(gone.handle(object), action);
  }

  /** To be called now and then. */
  public void clean() {
    for (WeakHandle next = gone.poll(); next != null; next = gone.poll()) {
      Objects.requireNonNull(actions.remove(next)).run();
    }
  }
}
