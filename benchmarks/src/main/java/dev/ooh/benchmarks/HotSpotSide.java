package dev.ooh.benchmarks;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;
import org.jspecify.annotations.Nullable;

/**
 * GCBench with Java objects on the JVM's own heap. Prints what {@link CollectorSide} prints: the
 * total in milliseconds, the longest collection in milliseconds, as the JVM tells it, in whole
 * ones, and the most that its pools were committed in bytes.
 *
 * <p>{@code HotSpotSide ARRAY_SIZE LONG_LIVED_DEPTH STRETCH_DEPTH}
 */
final class HotSpotSide {
  private static final int MIN_DEPTH = 4;
  private static final int MAX_DEPTH = 16;

  private HotSpotSide() {}

  private static final class Node {
    @Nullable Node left;
    @Nullable Node right;
    int i;
    int j;

    Node() {}

    Node(Node left, Node right) {
      this.left = left;
      this.right = right;
    }
  }

  public static void main(String[] arguments) {
    int arraySize = Integer.parseInt(arguments[0]);
    int longLivedDepth = Integer.parseInt(arguments[1]);
    int stretchDepth = Integer.parseInt(arguments[2]);
    AtomicLong longest = new AtomicLong();
    listen(longest);
    long start = System.nanoTime();
    check(make(stretchDepth), stretchDepth);
    Node longLived = new Node();
    populate(longLivedDepth, longLived);
    double[] array = new double[arraySize];
    for (int i = 1; i < arraySize / 2; i++) {
      array[i] = 1.0 / i;
    }
    for (int depth = MIN_DEPTH; depth <= MAX_DEPTH; depth += 2) {
      long trees = 2 * size(stretchDepth) / size(depth);
      for (long tree = 0; tree < trees; tree++) {
        Node root = new Node();
        populate(depth, root);
        check(root, depth);
      }
      for (long tree = 0; tree < trees; tree++) {
        check(make(depth), depth);
      }
    }
    check(longLived, longLivedDepth);
    if (array[1000] != 1.0 / 1000) {
      throw new IllegalStateException("the long-lived array changed");
    }
    double total = (System.nanoTime() - start) / 1e6;
    long heap =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getPeakUsage)
            .mapToLong(usage -> usage.getUsed())
            .sum();
    System.out.printf(Locale.ROOT, "%.3f %d %d%n", total, longest.get(), heap);
  }

  private static void listen(AtomicLong longest) {
    ManagementFactory.getGarbageCollectorMXBeans()
        .forEach(
            bean -> {
              // Of G1 those that run beside the program are no pauses.
              if (bean instanceof NotificationEmitter emitter
                  && !bean.getName().contains("Concurrent")) {
                emitter.addNotificationListener(
                    (notification, handback) -> {
                      if (notification.getUserData() instanceof CompositeData data) {
                        long millis =
                            GarbageCollectionNotificationInfo.from(data).getGcInfo().getDuration();
                        longest.accumulateAndGet(millis, Math::max);
                      }
                    },
                    null,
                    null);
              }
            });
  }

  private static long size(int depth) {
    return (2L << depth) - 1;
  }

  private static void populate(int depth, Node node) {
    if (depth > 0) {
      Node left = new Node();
      Node right = new Node();
      node.left = left;
      node.right = right;
      populate(depth - 1, left);
      populate(depth - 1, right);
    }
  }

  private static Node make(int depth) {
    return depth == 0 ? new Node() : new Node(make(depth - 1), make(depth - 1));
  }

  private static void check(Node root, int depth) {
    int found = 0;
    for (Node node = root.left; node != null; node = node.left) {
      found++;
    }
    if (found != depth) {
      throw new IllegalStateException("a tree's depth is " + found + ", wanted " + depth);
    }
  }
}
