package dev.ooh.workloads.engine;

import dev.ooh.workloads.Heap;
import java.util.Objects;

/**
 * Cells of some bytes by number, more than one object should hold: a directory of chunks. Cells
 * don't move. A view that is good for one step.
 *
 * <pre>
 * directory                     chunk
 *   reference slots               data
 *     0 …   chunks, 0 if not        cells, 2 to the power of the shift
 *           reserved yet
 *   data
 *     +0  u64 how far a chunk's
 *         data are from its start
 * </pre>
 *
 * That distance is the same for all chunks, which have one shape, and is kept so that a cell is
 * found without a look at its chunk's header, which lies on another page.
 */
public final class CellArray {
  private final Heap heap;
  private final long directory;
  private final int cellBytes;
  private final int shift;
  private final long chunkCells;
  private long dataDistance;

  /**
   * The array of {@code directory}.
   *
   * @param cellBytes of each cell
   * @param shift how many cells a chunk has, as a power of two
   */
  public CellArray(Heap heap, long directory, int cellBytes, int shift) {
    this.heap = heap;
    this.directory = directory;
    this.cellBytes = cellBytes;
    this.shift = shift;
    chunkCells = 1L << shift;
    dataDistance = heap.memory().getLong(heap.data(directory));
  }

  /** A directory for {@code most} cells; none is reserved yet. */
  public static long allocateDirectory(Heap heap, long most, int shift) {
    return heap.allocate(Math.toIntExact((most + (1L << shift) - 1) >>> shift), Long.BYTES);
  }

  /**
   * Reserves the cells from {@code first} to {@code end}, exclusive; they are zero. May collect.
   */
  public void reserve(long first, long end) {
    for (long chunk = first >>> shift; chunk << shift < end; chunk++) {
      int slot = Objects.checkIndex(Math.toIntExact(chunk), heap.referenceCount(directory));
      if (heap.reference(directory, slot) == 0) {
        int bytes = Math.toIntExact(chunkCells * cellBytes);
        long made = heap.allocate(0, bytes);
        heap.setReference(directory, slot, made);
        dataDistance = heap.data(made) - made;
        heap.memory().putLong(heap.data(directory), dataDistance);
      }
    }
  }

  /** The address of a cell, which is reserved. */
  public long address(long index) {
    long chunk = heap.reference(directory, Math.toIntExact(index >>> shift));
    return chunk + dataDistance + (index & (chunkCells - 1)) * cellBytes;
  }

  /** Makes the reserved cells from {@code first} to {@code end}, exclusive, zero. */
  public void clear(long first, long end) {
    long index = first;
    while (index < end) {
      long chunkEnd = Math.min(end, ((index >>> shift) + 1) << shift);
      heap.memory().fill(address(index), (chunkEnd - index) * cellBytes, (byte) 0);
      index = chunkEnd;
    }
  }
}
