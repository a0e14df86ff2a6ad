package dev.ooh.image.writer;

import dev.ooh.image.file.FileLayer;
import java.io.IOException;

/** One page after another, without a header. */
final class PlainPages implements PagesForm {
  private final FileLayer.Output out;
  private long written;

  PlainPages(FileLayer.Output out) {
    this.out = out;
  }

  @Override
  public int piece(long left, int room) {
    return (int) Math.min(left, room);
  }

  @Override
  public boolean takesNative() {
    return true;
  }

  @Override
  public void write(GatheredPages pages) throws IOException {
    out.write(pages.all());
    written += pages.used();
  }

  @Override
  public long written() {
    return written;
  }
}
