package dev.ooh.image;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC32C (Castagnoli), which processors compute at memory speed. Finds damage, not malice. One of
 * these, for one thread, is for whoever wants a digest of each page.
 */
final class Digest {
  private final CRC32C crc = new CRC32C();

  static int of(byte[] bytes, int offset, int length) {
    return new Digest().next(bytes, offset, length);
  }

  /** The digest of these bytes alone. */
  int next(byte[] bytes, int offset, int length) {
    crc.reset();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /** Of the bytes between position and limit alone; the position is the limit then. */
  int next(ByteBuffer bytes) {
    crc.reset();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  static String text(int digest) {
    return "CRC32C %08x".formatted(digest);
  }
}
