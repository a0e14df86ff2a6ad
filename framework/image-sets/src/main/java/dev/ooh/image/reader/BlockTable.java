package dev.ooh.image.reader;

import java.util.Arrays;

/** Where in a compressed pages file each of its blocks is. Made by one thread, read by any. */
final class BlockTable {
  /** Of each block: the first byte before it was compressed, and in the file. */
  private long[] offsets = new long[64];

  private long[] places = new long[64];
  private int[] digests = new int[64];
  private int count;

  /** After the last block. */
  private long bytes;

  private long stored;

  /** Appends a block. */
  void add(int length, int size, int digest) {
    if (count == offsets.length) {
      digests = Arrays.copyOf(digests, 2 * count);
      offsets = Arrays.copyOf(offsets, 2 * count);
      places = Arrays.copyOf(places, 2 * count);
    }
    offsets[count] = bytes;
    places[count] = stored;
    digests[count] = digest;
    count++;
    bytes += length;
    stored += size;
  }

  /** Bytes of the file. */
  long stored() {
    return stored;
  }

  /** The block that has the byte that was at {@code offset} before. */
  int at(long offset) {
    int found = Arrays.binarySearch(offsets, 0, count, offset);
    return found >= 0 ? found : -found - 2;
  }

  long offset(int block) {
    return offsets[block];
  }

  /** Where it is in the file. */
  long place(int block) {
    return places[block];
  }

  /** CRC32C of what it is in the file. */
  int digest(int block) {
    return digests[block];
  }

  /** Bytes that it has before it is compressed. */
  int length(int block) {
    return (int) ((block + 1 < count ? offsets[block + 1] : bytes) - offsets[block]);
  }

  /** Bytes that it has in the file. */
  int size(int block) {
    return (int) ((block + 1 < count ? places[block + 1] : stored) - places[block]);
  }
}
