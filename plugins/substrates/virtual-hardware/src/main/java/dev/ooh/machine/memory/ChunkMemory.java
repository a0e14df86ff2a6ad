package dev.ooh.machine.memory;

import java.lang.foreign.Arena;

/**
 * Where a {@link MemoryPool} has its chunks from. On Linux they lie in mappings for which
 * {@linkplain HugePageMapping huge pages} are asked: the first touch of a chunk is one fault then.
 * In pages of 4 KiB it is 512, each of which costs more than the simulation of the store that
 * caused it, and several times more in a guest whose host has to find the page. Where there are no
 * huge pages of a chunk's size, or the kernel refuses a mapping, chunks are of the C library's
 * heap.
 *
 * <p>For one thread at a time.
 */
final class ChunkMemory implements AutoCloseable {
  /** What is mapped at once; nothing of it is there before it is touched. */
  private static final long MAPPED = 64L << 20;

  private final Arena arena = Arena.ofShared();
  private long next;
  private long end;

  /**
   * The native address of a chunk of zeros that nobody else has, aligned to 4 KiB at least.
   *
   * @param left how many chunks may still be asked for, this one included
   * @throws OutOfMemoryError when neither the kernel nor the C library has addresses for it
   */
  long take(long left) {
    if (next == end) {
      long bytes = Math.min(MAPPED, left * HostMemory.LARGE_FRAME);
      long mapped = HugePageMapping.map(arena, bytes);
      if (mapped == HugePageMapping.REFUSED) {
        return arena.allocate(HostMemory.LARGE_FRAME, HostMemory.FRAME).address();
      }
      next = mapped;
      end = next + bytes;
    }
    long chunk = next;
    next += HostMemory.LARGE_FRAME;
    return chunk;
  }

  @Override
  public void close() {
    arena.close();
  }
}
