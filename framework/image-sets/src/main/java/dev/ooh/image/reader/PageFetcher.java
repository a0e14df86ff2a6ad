package dev.ooh.image.reader;

import dev.ooh.image.ImageException;
import dev.ooh.image.PageSink;
import dev.ooh.image.digest.DamageSink;
import dev.ooh.image.digest.Digest;
import dev.ooh.image.digest.PageDigests;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads runs of pages out of the pages files of a chain and verifies them. For one thread. */
final class PageFetcher implements RunSink, AutoCloseable {
  private static final int GATHERED = 1 << 20;

  private final PageDigests digests;
  private final PageSink sink;
  private final DamageSink damage;
  private final byte[] buffer = new byte[GATHERED];
  private final ByteBuffer pages = ByteBuffer.wrap(buffer);
  private final Digest digest = new Digest();
  private final PagesInput files = new PagesInput();

  /** Ends at the first damaged page. */
  PageFetcher(PageDigests digests, PageSink sink) {
    this(digests, sink, DamageSink.FIRST_ENDS);
  }

  PageFetcher(PageDigests digests, PageSink sink, DamageSink damage) {
    this.digests = digests;
    this.sink = sink;
    this.damage = damage;
  }

  /** Delivers the pages from {@code start} to {@code end}, which are at {@code offset} on. */
  @Override
  public void run(PagesFile file, long offset, long start, long end) throws IOException {
    for (long address = start; address < end; ) {
      long from = offset + (address - start);
      int length = (int) Math.min(Math.min(end - address, GATHERED), file.together(from));
      if (read(file, from, address, length)) {
        digests.verify(pages.rewind(), digest, address, file.path(), file, from, damage);
        sink.accept(address, buffer, length);
      }
      address += length;
    }
  }

  /** Returns false if nothing is to be had, and whoever wants to know was told of each page. */
  private boolean read(PagesFile file, long from, long address, int length) throws IOException {
    try {
      files.read(file, from, pages.clear().limit(length));
      return true;
    } catch (ImageException e) {
      if (file.blocks() == null || e.kind() != ImageException.Kind.DAMAGED) {
        throw e;
      }
      for (int at = 0; at < length; at += PageSet.PAGE_SIZE) {
        damage.damaged(address + at, e);
      }
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
