package dev.ooh.image.compression;

import java.util.Arrays;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** Undoes what {@link BlockCompressor} does. For one thread. */
public final class BlockDecompressor {
  private final LZ4SafeDecompressor decompressor = LZ4Factory.safeInstance().safeDecompressor();

  /**
   * Fills the first {@code bytes} of {@code block} with what {@code size} bytes of {@code stored}
   * are.
   *
   * @return false if they are no block of that length; what is in {@code block} then, nobody knows
   */
  public boolean decompress(byte[] stored, int size, byte[] block, int bytes) {
    if (size == 0) {
      Arrays.fill(block, 0, bytes, (byte) 0);
      return true;
    }
    if (size == bytes) {
      System.arraycopy(stored, 0, block, 0, bytes);
      return true;
    }
    try {
      return decompressor.decompress(stored, 0, size, block, 0, bytes) == bytes;
    } catch (LZ4Exception e) {
      return false;
    }
  }
}
