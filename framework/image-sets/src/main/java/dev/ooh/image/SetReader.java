package dev.ooh.image;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads pages of a set, and verifies them. For one thread. */
final class SetReader implements PageReader, AutoCloseable {
  private final ImageSet set;
  private final PageFetcher fetcher;
  private byte[] target = {};
  private int offset;
  private long from;

  SetReader(ImageSet set, PageDigests digests) {
    this.set = set;
    this.fetcher = new PageFetcher(digests, this::copy);
  }

  private void copy(long address, byte[] pages, int length) {
    System.arraycopy(pages, 0, target, offset + (int) (address - from), length);
  }

  /**
   * Reads whole pages.
   *
   * @throws UncheckedIOException of what {@link ImageSet#readPages} throws
   */
  @Override
  public void read(long address, byte[] into, int at, int length) {
    target = into;
    offset = at;
    from = address;
    try {
      set.read(address, address + length, fetcher);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    fetcher.close();
  }
}
