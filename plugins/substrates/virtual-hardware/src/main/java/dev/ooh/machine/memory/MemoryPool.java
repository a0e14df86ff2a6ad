package dev.ooh.machine.memory;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The host-physical memory of one host, which its virtual machines share in chunks of 2 MiB. A
 * chunk belongs to one machine at a time, is zero when it is taken, and is there from when it is
 * first touched, so that a large pool costs what was used of it at most.
 *
 * <p>For any thread: machines of one host are made and destroyed while others run.
 */
public final class MemoryPool implements AutoCloseable {
  private final int chunks;

  /** By chunk that was ever taken. */
  private long[] chunkAddress = {};

  private final ArrayDeque<Integer> given = new ArrayDeque<>();
  private final ChunkMemory memory = new ChunkMemory();
  private int made;
  private boolean closed;

  /**
   * A pool of {@code bytes}.
   *
   * @param bytes the capacity, a positive multiple of 2 MiB, at most 2^46
   */
  public MemoryPool(long bytes) {
    if (bytes <= 0 || bytes % HostMemory.LARGE_FRAME != 0 || bytes > 1L << 46) {
      throw new IllegalArgumentException(
          "host memory of %d bytes: must be a multiple of 2 MiB from 2 MiB to 64 TiB"
              .formatted(bytes));
    }
    this.chunks = Math.toIntExact(bytes / HostMemory.LARGE_FRAME);
  }

  /** The capacity in bytes. */
  public long capacity() {
    return (long) chunks * HostMemory.LARGE_FRAME;
  }

  /** The bytes of the chunks that machines have now. */
  public synchronized long takenBytes() {
    return (long) (made - given.size()) * HostMemory.LARGE_FRAME;
  }

  /**
   * Takes a chunk, which is zero.
   *
   * @return its number: its HPA divided by 2 MiB
   * @throws OutOfHostMemoryException when all are taken
   */
  synchronized int take() {
    if (closed) {
      throw new IllegalStateException("host memory: is closed");
    }
    Integer again = given.poll();
    if (again != null) {
      HostMemory.EVERYTHING
          .asSlice(chunkAddress[again], HostMemory.LARGE_FRAME)
          .fill((byte) 0); // what another machine left there is nobody's to see
      return again;
    }
    if (made == chunks) {
      throw new OutOfHostMemoryException(capacity());
    }
    if (made == chunkAddress.length) {
      chunkAddress = Arrays.copyOf(chunkAddress, Math.max(16, 2 * made));
    }
    chunkAddress[made] = memory.take(chunks - made);
    return made++;
  }

  /** The native address of a chunk that is taken. */
  synchronized long address(int chunk) {
    return chunkAddress[chunk];
  }

  /** Takes a chunk back, to which no translation may be cached any more. */
  synchronized void give(int chunk) {
    given.push(chunk);
  }

  /** Gives the native memory back. Closing twice does nothing. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      memory.close();
    }
  }
}
