package dev.ooh.example.collector;

import dev.ooh.gc.CollectedHeap;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;

/**
 * Puts a million numbers into a map and keeps its last ten thousandth versions: some hundred
 * megabytes of garbage in a heap of 64.
 */
public final class Versions {
  private static final int PUTS = 1_000_000;
  private static final int KEYS = 10_000;
  private static final int BETWEEN = 10_000;
  private static final int KEPT = 10;
  private static final int KEY = 42;

  private Versions() {}

  public static void main(String[] arguments) {
    try (CollectedSpace space = new CollectedSpace(64 << 20)) {
      space.run(() -> fill(space.heap()));
    }
  }

  private static void fill(CollectedHeap heap) {
    VersionedMap map = new VersionedMap(heap);
    SplittableRandom random = new SplittableRandom(1);
    Deque<VersionedMap.Kept> kept = new ArrayDeque<>();
    for (int i = 0; i < PUTS; i++) {
      if (i % BETWEEN == 0) {
        kept.add(map.keep());
        if (kept.size() > KEPT) {
          kept.remove().close();
        }
      }
      map.put(random.nextInt(KEYS), i);
    }
    System.out.printf(
        "key %d is mapped to %d; in the oldest version kept it was to %d%n",
        KEY, map.get(KEY).orElseThrow(), kept.getFirst().get(KEY).orElseThrow());
    System.out.printf(
        "%d versions, %d kept; collected %d times, at most %d MB in use%n",
        PUTS, kept.size(), heap.cycles().size(), heap.peakBytes() >> 20);
  }
}
