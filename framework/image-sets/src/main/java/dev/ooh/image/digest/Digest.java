package dev.ooh.image.digest;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC32C (Castagnoli), which processors compute at memory speed. Finds damage, not malice. One of
 * these, for one thread, is for whoever wants a digest of each page.
 */
public final class Digest {
  private final CRC32C crc = new CRC32C();

  /** The digest of these bytes. */
  public static int of(byte[] bytes, int offset, int length) {
    return new Digest().next(bytes, offset, length);
  }

  /** The digest of these bytes alone. */
  public int next(byte[] bytes, int offset, int length) {
    crc.reset();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /** Of the bytes between position and limit alone; the position is the limit then. */
  public int next(ByteBuffer bytes) {
    crc.reset();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /** For messages. */
  public static String text(int digest) {
    return "CRC32C %08x".formatted(digest);
  }
}
