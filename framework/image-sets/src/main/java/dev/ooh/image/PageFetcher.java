package dev.ooh.image;

import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Reads runs of pages out of the pages files of a chain and verifies them. For one thread. */
final class PageFetcher implements ImageSet.RunSink, AutoCloseable {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final int GATHERED = 1 << 20;

  private final PageDigests digests;
  private final ImageSet.PageSink sink;
  private final DamageSink damage;
  private final byte[] buffer = new byte[GATHERED];
  private final OpenFiles files = new OpenFiles();

  /** Is told of a page that is not what it was; may end the reading. */
  @FunctionalInterface
  interface DamageSink {
    void damaged(long page, ImageException how) throws ImageException;
  }

  /** Ends at the first damaged page. */
  PageFetcher(PageDigests digests, ImageSet.PageSink sink) {
    this(
        digests,
        sink,
        (page, how) -> {
          throw how;
        });
  }

  PageFetcher(PageDigests digests, ImageSet.PageSink sink, DamageSink damage) {
    this.digests = digests;
    this.sink = sink;
    this.damage = damage;
  }

  /** Delivers the pages from {@code start} to {@code end}, which are at {@code offset} on. */
  @Override
  public void run(Path file, long offset, long start, long end) throws IOException {
    FileChannel channel = files.get(file);
    long position = offset;
    for (long address = start; address < end; ) {
      int length = (int) Math.min(end - address, GATHERED);
      read(channel, file, position, length);
      for (int done = 0; done < length; done += PAGE) {
        int wanted = digests.get(address + done);
        int found = Digest.of(buffer, done, PAGE);
        if (found != wanted) {
          damage.damaged(
              address + done,
              new ImageException(
                  file,
                  position + done,
                  "page 0x%x with %s".formatted(address + done, Digest.text(found)),
                  Digest.text(wanted)));
        }
      }
      sink.accept(address, buffer, length);
      address += length;
      position += length;
    }
  }

  private void read(FileChannel channel, Path file, long position, int length) throws IOException {
    ByteBuffer target = ByteBuffer.wrap(buffer, 0, length);
    while (target.hasRemaining()) {
      long at = position + target.position();
      if (channel.read(target, at) < 0) {
        throw new ImageException(file, at, "the end", target.remaining() + " bytes more");
      }
    }
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
