package dev.ooh.image;

import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Makes one set of a chain. */
public final class SetMerge {
  private static final long NANOS_A_MICRO = 1000;

  private SetMerge() {}

  /**
   * Writes a set that is what {@code set} is and builds on no other; where it can be restored, it
   * becomes the latest. Every page is verified on the way. The sets of the chain stay.
   *
   * @return what the next set may build on
   * @throws IOException if a page is damaged or the set can't be written; nothing is left then
   */
  public static WrittenSet merge(ImageStore store, ImageSet set) throws IOException {
    long started = System.nanoTime();
    try (SetReader pages = set.reader();
        ImageSetWriter writer = new ImageSetWriter(store, set.pid(), Optional.empty())) {
      writer.pages(set.pages(), PageSet.empty(), pages, written -> {});
      long micros = (System.nanoTime() - started) / NANOS_A_MICRO;
      long count = set.pages().pageCount();
      return writer.finish(set.description(), new DumpStatsEntry(0, 0, 0, micros, count, 0, count));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
