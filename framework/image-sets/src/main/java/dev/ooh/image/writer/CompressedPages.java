package dev.ooh.image.writer;

import dev.ooh.image.PageReader;
import dev.ooh.image.compression.BlockCompressor;
import dev.ooh.image.compression.BlockSizes;
import dev.ooh.image.digest.Digest;
import dev.ooh.image.digest.PageDigests;
import dev.ooh.image.file.FileLayer;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes {@code pages-N.img} of a set whose pages are compressed: the blocks of the present runs,
 * one after another, without a header. Some mebibyte of blocks is gathered for each write. For one
 * thread.
 */
final class CompressedPages {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final int BLOCK = BlockSizes.PAGES * PAGE;
  private static final int GATHERED = 1 << 20;

  private final FileLayer.Output out;
  private final PageReader source;
  private final PageDigests digests;
  private final PagesWriter.Progress progress;
  private final Digest digest = new Digest();
  private final BlockCompressor compressor = new BlockCompressor(BLOCK);
  private final BlockSizes sizes = new BlockSizes();
  private final byte[] block = new byte[BLOCK];
  private final byte[] gathered = new byte[GATHERED + BlockCompressor.most(BLOCK)];
  private int used;
  private long pages;
  private long written;

  CompressedPages(
      FileLayer.Output out, PageReader source, PageDigests digests, PagesWriter.Progress progress) {
    this.out = out;
    this.source = source;
    this.digests = digests;
    this.progress = progress;
  }

  /** Copies {@code present} and notes their digests, as of the copy. */
  void write(PageSet present) throws IOException {
    for (int run = 0; run < present.runCount(); run++) {
      long end = present.runEnd(run);
      for (long address = present.runStart(run); address < end; address += BLOCK) {
        add(address, (int) Math.min(end - address, BLOCK));
      }
    }
    flush();
  }

  private void add(long address, int length) throws IOException {
    source.read(address, block, 0, length);
    for (int done = 0; done < length; done += PAGE) {
      digests.set(address + done, digest.next(block, done, PAGE));
    }
    int size = compressor.compress(block, length, gathered, used);
    sizes.add(size, digest.next(gathered, used, size));
    used += size;
    pages += length / PAGE;
    if (used >= GATHERED) {
      flush();
    }
  }

  private void flush() throws IOException {
    if (pages == 0) {
      return;
    }
    out.write(ByteBuffer.wrap(gathered, 0, used));
    written += used;
    used = 0;
    progress.written(pages);
    pages = 0;
  }

  /** Bytes in the file. */
  long written() {
    return written;
  }

  /** How many of them each block has. */
  BlockSizes sizes() {
    return sizes;
  }
}
