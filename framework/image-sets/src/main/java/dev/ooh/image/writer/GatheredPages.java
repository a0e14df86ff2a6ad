package dev.ooh.image.writer;

import dev.ooh.memory.PageSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Pages that are written together, in pieces of which each is of one run. */
final class GatheredPages {
  /** The most that are written together. */
  static final int BYTES = 1 << 20;

  private final ByteBuffer bytes;
  private final @Nullable MemorySegment memory;
  private final int[] pieces = new int[BYTES / PageSet.PAGE_SIZE];
  private int count;
  private int used;

  /**
   * None yet.
   *
   * @param arena for those outside the heap, or null
   */
  GatheredPages(@Nullable Arena arena) {
    if (arena == null) {
      memory = null;
      bytes = ByteBuffer.allocate(BYTES);
    } else {
      memory = arena.allocate(BYTES, PageSet.PAGE_SIZE);
      bytes = memory.asByteBuffer();
    }
  }

  /** Null on the heap. */
  @Nullable MemorySegment memory() {
    return memory;
  }

  /** On the heap alone. */
  byte[] array() {
    return bytes.array();
  }

  /** Where the next piece belongs. */
  int used() {
    return used;
  }

  int room() {
    return BYTES - used;
  }

  /** Part of a piece. The buffer is the same one each time. */
  ByteBuffer part(int from, int length) {
    return bytes.limit(from + length).position(from);
  }

  /** The buffer is that of {@link #part}. */
  ByteBuffer all() {
    return part(0, used);
  }

  /** A piece was put there. */
  void add(int length) {
    pieces[count++] = length;
    used += length;
  }

  /** How many there are. */
  int pieces() {
    return count;
  }

  /** The bytes of a piece. */
  int piece(int number) {
    return pieces[number];
  }

  void clear() {
    count = 0;
    used = 0;
  }
}
