package dev.ooh.image.reader;

import dev.ooh.image.PageReader;
import dev.ooh.image.digest.PageDigests;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads pages of a set, and verifies them. For one thread. */
public final class SetReader implements PageReader, AutoCloseable {
  private final Locator locator;
  private final PageFetcher fetcher;
  private byte[] target = {};
  private int offset;
  private long from;

  SetReader(Layers layers, PageDigests digests) {
    fetcher = new PageFetcher(digests, this::copy);
    locator = new Locator(layers, fetcher);
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
      locator.locate(address, address + length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    fetcher.close();
  }
}
