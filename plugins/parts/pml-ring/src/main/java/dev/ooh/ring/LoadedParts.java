package dev.ooh.ring;

import java.util.ArrayDeque;
import java.util.Deque;

/** A technique's parts in a machine: its extension, its modules, its open device. */
public final class LoadedParts implements AutoCloseable {
  private final String technique;

  /** Last first. */
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  public LoadedParts(String technique) {
    this.technique = technique;
  }

  public String technique() {
    return technique;
  }

  public <P extends AutoCloseable> P add(P part) {
    parts.push(part);
    return part;
  }

  /**
   * Takes all parts out, the last first, even when one fails. Closing twice does nothing.
   *
   * @throws IllegalStateException with what failed first; the rest is suppressed in it
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
