package dev.ooh.image.reader;

import dev.ooh.image.digest.DamageSink;
import dev.ooh.image.digest.Digest;
import dev.ooh.image.digest.PageDigests;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Reads runs of pages straight into memory and verifies them there: they are copied once, by the
 * kernel. For one thread.
 */
final class SegmentFiller implements RunSink, AutoCloseable {
  /** So much stays in a cache between being read and being verified. */
  private static final int AT_ONCE = 1 << 18;

  private final PageDigests digests;
  private final ByteBuffer target;
  private final long base;
  private final Digest digest = new Digest();
  private final PagesInput files = new PagesInput();

  /**
   * @param target what is to be filled, less than 2 GiB
   * @param base the address that images have its first byte at
   */
  SegmentFiller(PageDigests digests, MemorySegment target, long base) {
    this.digests = digests;
    this.target = target.asByteBuffer();
    this.base = base;
  }

  @Override
  public void run(PagesFile file, long offset, long start, long end) throws IOException {
    for (long address = start; address < end; address += AT_ONCE) {
      int length = (int) Math.min(end - address, AT_ONCE);
      int at = (int) (address - base);
      long from = offset + (address - start);
      files.read(file, from, target.limit(at + length).position(at));
      digests.verify(
          target.position(at), digest, address, file.path(), file, from, DamageSink.FIRST_ENDS);
    }
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
