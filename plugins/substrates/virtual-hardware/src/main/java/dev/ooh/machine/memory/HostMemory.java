package dev.ooh.machine.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The host-physical memory of one machine: what it has of its host's {@link MemoryPool}, in chunks
 * of 2 MiB that are taken when their first frame is allocated, so that a large memory costs what is
 * used of it. A chunk is either free, one 2 MiB frame, or 512 frames of 4 KiB. Addresses are those
 * of the host: those of other machines' chunks hit no memory here.
 *
 * <p>Frames are zero when they are allocated. Not thread-safe: used at instruction boundaries of
 * the processors, or by the thread that closes.
 */
public final class HostMemory implements AutoCloseable {
  /** The bytes of a small frame. */
  public static final int FRAME = 4096;

  /** The bytes of a large frame. */
  public static final int LARGE_FRAME = 2 << 20;

  /**
   * The whole native address space, so that an access to a native address compiles to one
   * instruction. Only addresses that a translation just yielded may be used with it.
   */
  public static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /** Eight bytes, little-endian, at any alignment: the layout of all 64-bit accesses. */
  public static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int CHUNK_SHIFT = 21;
  private static final int FRAMES_PER_CHUNK = LARGE_FRAME / FRAME;
  private static final byte POISON = (byte) 0xA5;

  private final MemoryPool pool;
  private final boolean ownsPool;
  private final int limit;

  /** By chunk of the pool: its native address if it is this machine's, else 0. */
  private long[] chunkAddress = {};

  private @Nullable BitSet[] usedFrames = {};
  private final BitSet largeFrames = new BitSet();
  private final ArrayDeque<Integer> freeChunks = new ArrayDeque<>();
  private final BitSet chunksWithRoom = new BitSet();
  private final List<Runnable> closeActions = new ArrayList<>();
  private final boolean poison;
  private int chunksTaken;
  private long allocatedBytes;
  private boolean closed;

  /** Host-physical memory of {@code bytes}, a positive multiple of 2 MiB, at most 2^46. */
  public HostMemory(long bytes) {
    this(bytes, false);
  }

  /**
   * Host-physical memory.
   *
   * @param bytes the capacity, a positive multiple of 2 MiB, at most 2^46
   * @param poison whether a freed frame is overwritten with A5H, so that a use after free shows
   */
  public HostMemory(long bytes, boolean poison) {
    this(new MemoryPool(bytes), bytes, poison, true);
  }

  /**
   * A machine's part of a host's memory, which may be shared with other machines.
   *
   * @param bytes how much it may take, a positive multiple of 2 MiB; not reserved
   */
  public HostMemory(MemoryPool pool, long bytes) {
    this(pool, bytes, false, false);
  }

  private HostMemory(MemoryPool pool, long bytes, boolean poison, boolean ownsPool) {
    this.pool = pool;
    this.ownsPool = ownsPool;
    this.limit = Math.toIntExact(bytes >>> CHUNK_SHIFT);
    this.poison = poison;
  }

  /** The capacity in bytes. */
  public long capacity() {
    return (long) limit << CHUNK_SHIFT;
  }

  /** The bytes of the chunks taken so far; they are given back by {@link #close}. */
  public long committedBytes() {
    return (long) chunksTaken << CHUNK_SHIFT;
  }

  /** The bytes of the frames that are allocated now. */
  public long allocatedBytes() {
    return allocatedBytes;
  }

  /**
   * Allocates a zeroed frame of 4 KiB.
   *
   * @return its HPA
   * @throws OutOfHostMemoryException when every frame is in use
   */
  public long allocateFrame() {
    int chunk = chunksWithRoom.nextSetBit(0);
    if (chunk < 0) {
      chunk = takeChunk();
      usedFrames[chunk] = new BitSet(FRAMES_PER_CHUNK);
      chunksWithRoom.set(chunk);
    }
    BitSet used = used(chunk);
    int frame = used.nextClearBit(0);
    used.set(frame);
    if (used.cardinality() == FRAMES_PER_CHUNK) {
      chunksWithRoom.clear(chunk);
    }
    allocatedBytes += FRAME;
    long hpa = ((long) chunk << CHUNK_SHIFT) + (long) frame * FRAME;
    fill(hpa, FRAME, (byte) 0);
    return hpa;
  }

  /**
   * Allocates a zeroed frame of 2 MiB, aligned to 2 MiB in host-physical space.
   *
   * @return its HPA
   * @throws OutOfHostMemoryException when no chunk is free
   */
  public long allocateLargeFrame() {
    boolean fresh = freeChunks.isEmpty();
    int chunk = takeChunk();
    largeFrames.set(chunk);
    allocatedBytes += LARGE_FRAME;
    long hpa = (long) chunk << CHUNK_SHIFT;
    if (!fresh) {
      fill(hpa, LARGE_FRAME, (byte) 0);
    }
    return hpa;
  }

  /** Frees the 4 KiB frame at {@code hpa}; no translation to it may be cached any more. */
  public void freeFrame(long hpa) {
    int chunk = chunkOf(hpa);
    int frame = (int) (hpa >>> 12) & (FRAMES_PER_CHUNK - 1);
    BitSet used = usedFrames[chunk];
    if (used == null || !used.get(frame) || hpa % FRAME != 0) {
      throw new IllegalArgumentException(
          "HPA 0x%x: must be an allocated 4 KiB frame to be freed".formatted(hpa));
    }
    if (poison) {
      fill(hpa, FRAME, POISON);
    }
    used.clear(frame);
    allocatedBytes -= FRAME;
    if (used.isEmpty()) {
      usedFrames[chunk] = null;
      chunksWithRoom.clear(chunk);
      freeChunks.push(chunk);
    } else {
      chunksWithRoom.set(chunk);
    }
  }

  /**
   * Turns an allocated 2 MiB frame into 512 allocated frames of 4 KiB with the same contents and
   * addresses, each to be freed on its own.
   */
  public void splitLargeFrame(long hpa) {
    int chunk = chunkOf(hpa);
    if (!largeFrames.get(chunk) || hpa % LARGE_FRAME != 0) {
      throw new IllegalArgumentException(
          "HPA 0x%x: must be an allocated 2 MiB frame to be split".formatted(hpa));
    }
    largeFrames.clear(chunk);
    BitSet used = new BitSet(FRAMES_PER_CHUNK);
    used.set(0, FRAMES_PER_CHUNK);
    usedFrames[chunk] = used;
  }

  /** Whether the byte at {@code hpa} is in an allocated frame. */
  public boolean isAllocated(long hpa) {
    long chunk = hpa >>> CHUNK_SHIFT;
    if (chunk >= chunkAddress.length) {
      return false;
    }
    BitSet used = usedFrames[(int) chunk];
    return largeFrames.get((int) chunk)
        || (used != null && used.get((int) (hpa >>> 12) & (FRAMES_PER_CHUNK - 1)));
  }

  /**
   * The native address of the byte at {@code hpa}; valid to the end of its 2 MiB chunk.
   *
   * @throws IllegalStateException after {@link #close}
   * @throws IllegalArgumentException when {@code hpa} is outside of the memory or its chunk was
   *     never allocated from: such an access on a real machine would hit no memory
   */
  public long nativeAddress(long hpa) {
    long chunk = hpa >>> CHUNK_SHIFT;
    long base = chunk < chunkAddress.length ? chunkAddress[(int) chunk] : 0;
    if (base == 0) {
      throw noMemoryAt(hpa);
    }
    return base + (hpa & (LARGE_FRAME - 1));
  }

  /** The eight bytes at {@code hpa}, which is aligned to 8. */
  public long readLong(long hpa) {
    return EVERYTHING.get(LONG, alignedAddress(hpa));
  }

  /** Stores eight bytes at {@code hpa}, which is aligned to 8. */
  public void writeLong(long hpa, long value) {
    EVERYTHING.set(LONG, alignedAddress(hpa), value);
  }

  /** Sets {@code bytes} from {@code hpa} on to {@code value}. */
  public void fill(long hpa, long bytes, byte value) {
    for (long done = 0; done < bytes; ) {
      long part = Math.min(bytes - done, leftInChunk(hpa + done));
      EVERYTHING.asSlice(nativeAddress(hpa + done), part).fill(value);
      done += part;
    }
  }

  /** Copies {@code bytes} from one HPA to another; the ranges don't overlap. */
  public void copy(long fromHpa, long toHpa, long bytes) {
    for (long done = 0; done < bytes; ) {
      long from = fromHpa + done;
      long to = toHpa + done;
      long part = Math.min(bytes - done, Math.min(leftInChunk(from), leftInChunk(to)));
      MemorySegment.copy(EVERYTHING, nativeAddress(from), EVERYTHING, nativeAddress(to), part);
      done += part;
    }
  }

  /** Runs {@code action} when memory is about to be given back: for those that keep addresses. */
  public void beforeClose(Runnable action) {
    closeActions.add(action);
  }

  /**
   * Gives the memory back to the host. First the actions of {@link #beforeClose} run, so that no
   * cached translation outlives it; later access throws {@link IllegalStateException}. To be called
   * at an instruction boundary. A second call does nothing.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    closeActions.forEach(Runnable::run);
    for (int chunk = 0; chunk < chunkAddress.length; chunk++) {
      if (chunkAddress[chunk] != 0) {
        chunkAddress[chunk] = 0;
        pool.give(chunk);
      }
    }
    if (ownsPool) {
      pool.close();
    }
  }

  private int takeChunk() {
    if (closed) {
      throw new IllegalStateException("host memory: is closed");
    }
    Integer free = freeChunks.poll();
    if (free != null) {
      return free;
    }
    if (chunksTaken == limit) {
      throw new OutOfHostMemoryException(capacity());
    }
    int chunk = pool.take();
    if (chunk >= chunkAddress.length) {
      int length = Math.max(chunk + 1, 2 * chunkAddress.length);
      chunkAddress = Arrays.copyOf(chunkAddress, length);
      usedFrames = Arrays.copyOf(usedFrames, length);
    }
    chunkAddress[chunk] = pool.address(chunk);
    chunksTaken++;
    return chunk;
  }

  private long alignedAddress(long hpa) {
    if ((hpa & 7) != 0) {
      throw new IllegalArgumentException("HPA 0x%x: must be a multiple of 8".formatted(hpa));
    }
    return nativeAddress(hpa);
  }

  private static long leftInChunk(long hpa) {
    return LARGE_FRAME - (hpa & (LARGE_FRAME - 1));
  }

  private BitSet used(int chunk) {
    BitSet used = usedFrames[chunk];
    if (used == null) {
      throw new AssertionError("chunk " + chunk + " has no small frames");
    }
    return used;
  }

  private int chunkOf(long hpa) {
    long chunk = hpa >>> CHUNK_SHIFT;
    if (chunk >= chunkAddress.length) {
      throw noMemoryAt(hpa);
    }
    return (int) chunk;
  }

  private RuntimeException noMemoryAt(long hpa) {
    return closed
        ? new IllegalStateException("HPA 0x%x: host memory is closed".formatted(hpa))
        : new IllegalArgumentException(
            "HPA 0x%x: none of this machine's memory is there, which is %d bytes"
                .formatted(hpa, committedBytes()));
  }
}
