package dev.ooh.image.writer;

import dev.ooh.image.compression.BlockCompressor;
import dev.ooh.image.compression.BlockSizes;
import dev.ooh.image.digest.Digest;
import dev.ooh.image.file.FileLayer;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The blocks of the present runs, each compressed, one after another, without a header. */
final class CompressedPages implements PagesForm {
  private static final int BLOCK = BlockSizes.PAGES * PageSet.PAGE_SIZE;

  private final FileLayer.Output out;
  private final Digest digest = new Digest();
  private final BlockCompressor compressor = new BlockCompressor(BLOCK);
  private final BlockSizes sizes = new BlockSizes();
  private byte[] compressed = {};
  private long written;

  CompressedPages(FileLayer.Output out) {
    this.out = out;
  }

  @Override
  public int piece(long left, int room) {
    int block = (int) Math.min(left, BLOCK);
    return block <= room ? block : 0;
  }

  @Override
  public boolean takesNative() {
    return false;
  }

  @Override
  public void write(GatheredPages pages) throws IOException {
    if (compressed.length == 0) {
      compressed = new byte[GatheredPages.BYTES + BlockCompressor.most(BLOCK)];
    }
    int used = 0;
    int from = 0;
    for (int piece = 0; piece < pages.pieces(); piece++) {
      int length = pages.piece(piece);
      int size = compressor.compress(pages.array(), from, length, compressed, used);
      sizes.add(size, digest.next(compressed, used, size));
      used += size;
      from += length;
    }
    if (used > 0) {
      out.write(ByteBuffer.wrap(compressed, 0, used));
    }
    written += used;
  }

  @Override
  public long written() {
    return written;
  }

  /** How many bytes of the file each block has. */
  BlockSizes sizes() {
    return sizes;
  }
}
