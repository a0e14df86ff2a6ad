package dev.ooh.gc;

import org.jspecify.annotations.Nullable;

/**
 * Makes weak handles, and gets each back once, when the collector has cleared it. So a program that
 * has something to do when an object is gone, such as closing a file, keeps what it needs for that
 * by handle, and asks now and then; there are no finalizers. For any thread of the heap's execution
 * context.
 */
public interface WeakQueue {
  /**
   * A new handle of {@code object}. Takes the heap's lock, so it may collect: the object must be
   * reachable.
   *
   * @throws IllegalArgumentException if no object begins there
   */
  WeakHandle handle(long object);

  /** The handle that was cleared first of those not yet returned; null when there is none. */
  @Nullable WeakHandle poll();
}
