package dev.ooh.image.compression;

import java.util.Arrays;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;

/** Compresses blocks of pages, each by itself. For one thread. */
public final class BlockCompressor {
  private final LZ4Compressor compressor = LZ4Factory.safeInstance().fastCompressor();
  private final byte[] zeros;

  /**
   * @param mostBytes of a block
   */
  public BlockCompressor(int mostBytes) {
    zeros = new byte[mostBytes];
  }

  /** So many bytes may be written of a block, on the way. */
  public static int most(int bytes) {
    return LZ4Factory.safeInstance().fastCompressor().maxCompressedLength(bytes);
  }

  /**
   * Compresses {@code bytes} of {@code source}, from {@code from} on, into {@code target}, from
   * {@code offset} on. What would be shorter by less than an eighth stays as it is, as CRIU has it:
   * that much less to read is not worth the time.
   *
   * @return how many bytes of the target are the block: 0 for one of zeros, {@code bytes} where it
   *     stays as it is
   */
  public int compress(byte[] source, int from, int bytes, byte[] target, int offset) {
    if (Arrays.equals(source, from, from + bytes, zeros, 0, bytes)) {
      return 0;
    }
    int size = compressor.compress(source, from, bytes, target, offset, most(bytes));
    if (size < bytes - bytes / 8) {
      return size;
    }
    System.arraycopy(source, from, target, offset, bytes);
    return bytes;
  }
}
