package dev.ooh.ring;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A technique's parts in a machine: its extension, its modules, its open device. By one thread at a
 * time.
 */
public final class LoadedParts implements AutoCloseable {
  private final String technique;

  /** The newest first. */
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  /** No parts yet, of the technique of that name. */
  public LoadedParts(String technique) {
    this.technique = technique;
  }

  /** The technique's name, for messages. */
  public String technique() {
    return technique;
  }

  /** Adds a part, to be closed with the others; returns it. */
  public <P extends AutoCloseable> P add(P part) {
    parts.push(part);
    return part;
  }

  /**
   * Closes all parts, the newest first, even when one fails. Closing twice does nothing.
   *
   * @throws IllegalStateException with the first failure, in which the others are suppressed
   */
  @Override
  public void close() {
    IllegalStateException failure = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure =
              new IllegalStateException(technique + ": unloading failed: " + e.getMessage(), e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
