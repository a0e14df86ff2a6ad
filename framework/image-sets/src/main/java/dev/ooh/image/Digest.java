package dev.ooh.image;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C (Castagnoli), which processors compute at memory speed. Finds damage, not malice. */
final class Digest {
  private Digest() {}

  static int of(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /** Of the bytes between position and limit; the position is the limit then. */
  static int of(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  static String text(int digest) {
    return "CRC32C %08x".formatted(digest);
  }
}
