package dev.ooh.gc.statistics;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Consumer;

/**
 * Tells listeners. What one of them throws goes no further, as the collector must not fail with it:
 * it is logged, of each listener the first time. For one thread at a time.
 *
 * @param <T> the listeners' type
 */
public final class Telling<T> {
  private static final System.Logger LOG = System.getLogger(Telling.class.getName());

  /** Weak, as listeners may be forgotten without a word. */
  private final Set<T> failed = Collections.newSetFromMap(new WeakHashMap<>());

  /** Tells each of {@code listeners}, in order. */
  public void tell(Iterable<? extends T> listeners, Consumer<? super T> what) {
    for (T listener : listeners) {
      try {
        what.accept(listener);
      } catch (RuntimeException | LinkageError e) {
        if (failed.add(listener)) {
          LOG.log(System.Logger.Level.WARNING, "listener of the collector " + listener, e);
        }
      }
    }
  }
}
