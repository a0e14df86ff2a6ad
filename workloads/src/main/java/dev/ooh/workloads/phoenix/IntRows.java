package dev.ooh.workloads.phoenix;

import dev.ooh.workloads.Heap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/**
 * Arrays of ints in the heap, each an object that a slot of a table refers to. Copies between them
 * and Java's.
 */
final class IntRows {
  private final byte[] bytes;
  private final IntBuffer ints;
  private final int columns;

  /**
   * @param columns ints a row
   */
  IntRows(int columns) {
    this.columns = columns;
    bytes = new byte[columns * Integer.BYTES];
    ints = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
  }

  /** A row to copy to. */
  int[] newRow() {
    return new int[columns];
  }

  void read(Heap heap, long table, int row, int[] target) {
    heap.memory().read(heap.data(heap.reference(table, row)), bytes, 0, bytes.length);
    ints.get(0, target, 0, columns);
  }

  /** Makes {@code values} a new object, and {@code table} refer to it. */
  void add(Heap heap, long table, int row, int[] values) {
    ints.put(0, values, 0, columns);
    long object = heap.allocate(0, bytes.length);
    heap.memory().write(heap.data(object), bytes, 0, bytes.length);
    heap.setReference(table, row, object);
  }
}
