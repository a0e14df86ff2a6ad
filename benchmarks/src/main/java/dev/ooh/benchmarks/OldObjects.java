package dev.ooh.benchmarks;

import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.HeapOptions;
import java.util.SplittableRandom;

/** Old objects of one shape, the same random stores into them each time, and new ones beside. */
final class OldObjects {
  /** Objects hang on tables, so that storing references anywhere keeps all of them alive. */
  private static final int TABLE = 2000;

  private final SplittableRandom random = new SplittableRandom(1);
  private final CollectedHeap heap;
  private final int references;
  private final int dataBytes;
  private final int tables;

  /**
   * Builds them in an empty heap.
   *
   * @param bytes of all together
   * @param references of each
   * @param dataBytes of each
   */
  OldObjects(CollectedHeap heap, long bytes, int references, int dataBytes) {
    this.heap = heap;
    this.references = references;
    this.dataBytes = dataBytes;
    long objectBytes = (long) references * Long.BYTES + dataBytes;
    tables = Math.toIntExact(bytes / (TABLE * objectBytes));
    heap.setGlobal(0, heap.allocate(tables, 0));
    for (int table = 0; table < tables; table++) {
      heap.setReference(heap.global(0), table, heap.allocate(TABLE, 0));
      for (int i = 0; i < TABLE; i++) {
        heap.setReference(heap.reference(heap.global(0), table), i, allocate());
      }
    }
    heap.collect(true);
  }

  /** Of a heap with room for so many bytes of them. */
  static HeapOptions options(long bytes) {
    return HeapOptions.of(bytes, 2 * bytes + (256 << 20));
  }

  /** Stores a reference to any of them in any of them. */
  void store() {
    long from = any();
    heap.setReference(from, random.nextInt(references), any());
  }

  /** A new object of their shape, which nothing refers to. */
  long allocate() {
    return heap.allocate(references, dataBytes);
  }

  private long any() {
    long table = heap.reference(heap.global(0), random.nextInt(tables));
    return heap.reference(table, random.nextInt(TABLE));
  }
}
