package dev.ooh.tracking.core.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The last things that happened to the tracking of one space. Guarded by the {@link SpaceState}.
 */
final class History {
  private static final int LENGTH = 16;

  private final Deque<String> lines = new ArrayDeque<>();

  void note(String what) {
    lines.addLast(what);
    if (lines.size() > LENGTH) {
      lines.removeFirst();
    }
  }

  List<String> lines() {
    return List.copyOf(lines);
  }
}
