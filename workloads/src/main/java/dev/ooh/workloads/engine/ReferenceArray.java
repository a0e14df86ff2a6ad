package dev.ooh.workloads.engine;

import dev.ooh.workloads.Heap;
import java.util.Objects;

/**
 * References by number, more than one object should hold: a directory of chunks. A view that is
 * good for one step.
 *
 * <pre>
 * directory                     chunk
 *   reference slots               reference slots
 *     0 …   chunks, 0 if not        0 … 4095   elements
 *           reserved yet
 * </pre>
 */
public final class ReferenceArray {
  private static final int CHUNK_SHIFT = 12;
  private static final int CHUNK = 1 << CHUNK_SHIFT;

  private final Heap heap;
  private final long directory;

  /** The array of {@code directory}. */
  public ReferenceArray(Heap heap, long directory) {
    this.heap = heap;
    this.directory = directory;
  }

  /** A directory for {@code most} elements; none is reserved yet. */
  public static long allocateDirectory(Heap heap, long most) {
    return heap.allocate(Math.toIntExact((most + CHUNK - 1) >>> CHUNK_SHIFT), 0);
  }

  /** Reserves the elements from {@code first} to {@code end}, exclusive. May collect. */
  public void reserve(long first, long end) {
    for (long chunk = first >>> CHUNK_SHIFT; chunk << CHUNK_SHIFT < end; chunk++) {
      int slot = Objects.checkIndex(Math.toIntExact(chunk), heap.referenceCount(directory));
      if (heap.reference(directory, slot) == 0) {
        heap.setReference(directory, slot, heap.allocate(CHUNK, 0));
      }
    }
  }

  /** The element, which is reserved. */
  public long get(long index) {
    return heap.reference(chunk(index), (int) index & (CHUNK - 1));
  }

  /** Sets the element, which is reserved. */
  public void set(long index, long target) {
    heap.setReference(chunk(index), (int) index & (CHUNK - 1), target);
  }

  private long chunk(long index) {
    return heap.reference(directory, Math.toIntExact(index >>> CHUNK_SHIFT));
  }
}
