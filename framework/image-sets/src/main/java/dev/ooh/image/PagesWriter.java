package dev.ooh.image;

import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes {@code pages-N.img}: the present pages one after another, without a header. Pages of many
 * runs are gathered, so that the file sees writes of a mebibyte and not of a page.
 */
final class PagesWriter {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final int GATHERED = 1 << 20;

  private final FileLayer.Output out;
  private final PageReader source;
  private final PageDigests digests;
  private final Progress progress;
  private final byte[] buffer = new byte[GATHERED];
  private int used;
  private long written;

  /** Is told after each gathered write. */
  @FunctionalInterface
  interface Progress {
    void written(long pages);
  }

  PagesWriter(FileLayer.Output out, PageReader source, PageDigests digests, Progress progress) {
    this.out = out;
    this.source = source;
    this.digests = digests;
    this.progress = progress;
  }

  /** Copies {@code pages} and notes their digests, as of the copy. */
  void write(PageSet pages) throws IOException {
    for (int run = 0; run < pages.runCount(); run++) {
      long end = pages.runEnd(run);
      for (long address = pages.runStart(run); address < end; ) {
        int length = (int) Math.min(end - address, GATHERED - used);
        source.read(address, buffer, used, length);
        for (int done = 0; done < length; done += PAGE) {
          digests.set(address + done, Digest.of(buffer, used + done, PAGE));
        }
        address += length;
        used += length;
        if (used == GATHERED) {
          flush();
        }
      }
    }
    flush();
  }

  private void flush() throws IOException {
    if (used > 0) {
      out.write(ByteBuffer.wrap(buffer, 0, used));
      written += used;
      progress.written(used / PAGE);
      used = 0;
    }
  }

  /** Bytes in the file. */
  long written() {
    return written;
  }
}
