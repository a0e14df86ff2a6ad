package dev.ooh.image;

import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Reads runs of pages straight into memory and verifies them there: they are copied once, by the
 * kernel. For one thread.
 */
final class SegmentFiller implements ImageSet.RunSink, AutoCloseable {
  private static final int PAGE = PageSet.PAGE_SIZE;

  /** So much stays in a cache between being read and being verified. */
  private static final int AT_ONCE = 1 << 18;

  private final PageDigests digests;
  private final MemorySegment target;
  private final long base;
  private final OpenFiles files = new OpenFiles();
  private final CRC32C crc = new CRC32C();

  /**
   * @param target what is to be filled
   * @param base the address that images have its first byte at
   */
  SegmentFiller(PageDigests digests, MemorySegment target, long base) {
    this.digests = digests;
    this.target = target;
    this.base = base;
  }

  @Override
  public void run(Path file, long offset, long start, long end) throws IOException {
    FileChannel channel = files.get(file);
    for (long address = start; address < end; address += AT_ONCE) {
      long length = Math.min(end - address, AT_ONCE);
      ByteBuffer memory = target.asSlice(address - base, length).asByteBuffer();
      long position = offset + (address - start);
      while (memory.hasRemaining()) {
        long at = position + memory.position();
        if (channel.read(memory, at) < 0) {
          throw new ImageException(file, at, "the end", memory.remaining() + " bytes more");
        }
      }
      for (int done = 0; done < length; done += PAGE) {
        verify(file, position + done, address + done, memory.limit(done + PAGE).position(done));
      }
    }
  }

  private void verify(Path file, long offset, long page, ByteBuffer contents)
      throws ImageException {
    crc.reset();
    crc.update(contents);
    int found = (int) crc.getValue();
    int wanted = digests.get(page);
    if (found != wanted) {
      throw new ImageException(
          file,
          offset,
          "page 0x%x with %s".formatted(page, Digest.text(found)),
          Digest.text(wanted));
    }
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
