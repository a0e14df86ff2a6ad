package dev.ooh.workloads.phoenix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Where the pixels of a Windows bitmap are. Of its header, little endian:
 *
 * <pre>
 *   0    2        10            18      22       28               54
 *   +----+--------+-------------+-------+--------+----------------+
 *   | BM |   …    | first pixel | width | height | bits a pixel … |
 *   +----+--------+-------------+-------+--------+----------------+
 * </pre>
 *
 * @param firstPixel its place in the file
 * @param pixelBytesARow without what pads a row to four bytes
 * @param bytesARow with it
 */
record BitmapHeader(long firstPixel, long pixelBytesARow, long bytesARow) {
  /** Pixels without a header, in one row. */
  static final BitmapHeader NONE = new BitmapHeader(0, Long.MAX_VALUE / 2, Long.MAX_VALUE);

  private static final int BYTES = 54;
  private static final int FIRST_PIXEL = 10;
  private static final int WIDTH = 18;
  private static final int BITS_A_PIXEL = 28;
  private static final int WANTED_BITS = 24;

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException naming the file, if it is no bitmap of 24 bits a pixel
   */
  static BitmapHeader of(Path file, Input input) {
    long length = input.length(0);
    if (length < BYTES) {
      throw refused(file, "it has %d bytes, a header %d".formatted(length, BYTES));
    }
    ByteBuffer header = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    input.read(0, header.array(), BYTES);
    if (header.get(0) != 'B' || header.get(1) != 'M') {
      throw refused(file, "it does not begin with BM");
    }
    int bits = Short.toUnsignedInt(header.getShort(BITS_A_PIXEL));
    if (bits != WANTED_BITS) {
      throw refused(file, "it has %d bits a pixel".formatted(bits));
    }
    long first = Integer.toUnsignedLong(header.getInt(FIRST_PIXEL));
    long width = header.getInt(WIDTH);
    if (first < BYTES || first > length || width <= 0) {
      throw refused(file, "its first pixel is at %d, its width is %d".formatted(first, width));
    }
    return new BitmapHeader(first, 3 * width, 3 * width + 3 & -4);
  }

  private static IllegalArgumentException refused(Path file, String why) {
    return new IllegalArgumentException(
        "input %s: %s, wanted a bitmap of %d bits a pixel".formatted(file, why, WANTED_BITS));
  }
}
