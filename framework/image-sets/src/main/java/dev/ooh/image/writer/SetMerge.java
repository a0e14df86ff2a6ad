package dev.ooh.image.writer;

import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.SetDescription;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.SetReader;
import dev.ooh.image.store.SetFolder;
import dev.ooh.image.store.SetPlace;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * One set that is made of a chain. While {@link #copy} is at work, by a thread of its own perhaps,
 * others may be written that build on that chain. For one thread at a time; closed before it is
 * finished, it leaves nothing behind.
 */
public final class SetMerge implements AutoCloseable {
  private static final long NANOS_A_MICRO = 1000;

  private final ImageSet set;
  private final ImageSetWriter writer;
  private long micros;

  private SetMerge(ImageSet set, ImageSetWriter writer) {
    this.set = set;
    this.writer = writer;
  }

  /**
   * Writes a set that is what {@code set} is and builds on no other; where it can be restored, it
   * becomes the latest. Every page is verified on the way. The sets of the chain stay.
   *
   * @return what the next set may build on
   * @throws IOException if a page is damaged or the set can't be written; nothing is left then
   */
  public static WrittenSet merge(SetPlace place, ImageSet set) throws IOException {
    try (SetMerge merge = begin(place, set)) {
      merge.copy();
      return merge.finish();
    }
  }

  /** Begins a set that is what {@code set} is and builds on no other. */
  public static SetMerge begin(SetPlace place, ImageSet set) throws IOException {
    return new SetMerge(set, new ImageSetWriter(place, set.pid(), Optional.empty()));
  }

  /**
   * Copies all pages and makes them durable; nobody sees the set yet.
   *
   * @throws IOException if a page is damaged or can't be written
   */
  public void copy() throws IOException {
    long started = System.nanoTime();
    try (SetReader pages = set.reader()) {
      writer.pages(set.pages(), PageSet.empty(), pages, written -> {});
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    writer.force();
    micros = (System.nanoTime() - started) / NANOS_A_MICRO;
  }

  /** Makes it the latest set, if what it was made of can be restored. */
  public WrittenSet finish() throws IOException {
    return finish(set.description());
  }

  private WrittenSet finish(SetDescription description) throws IOException {
    long count = set.pages().pageCount();
    return writer.finish(description, new DumpStatsEntry(0, 0, 0, micros, count, 0, count));
  }

  /** Whether this is made of {@code other}. */
  public boolean isOf(ImageSet other) {
    return other.identity() == set.identity();
  }

  /** Whether {@code newest} builds on what this was made of, or is that. */
  public boolean isBelow(ImageSet newest) {
    return above(newest).isPresent();
  }

  /**
   * The pages that sets from {@code newest} down to that one have; empty if they don't reach it.
   */
  private Optional<PageSet> above(ImageSet newest) {
    PageSet own = PageSet.empty();
    for (ImageSet at = newest; at != null; at = at.parentSet()) {
      if (isOf(at)) {
        return Optional.of(own);
      }
      own = own.union(at.ownPages());
    }
    return Optional.empty();
  }

  /**
   * Finishes it as {@link #finish}, if nothing was written meanwhile. Else as what the latest set
   * is to build on: that is made of {@code newest}, and has no more pages than what was written.
   *
   * @param newest that builds on the set that this was made of, or is that
   * @return the new latest set
   */
  public WrittenSet finish(SetPlace place, ImageSet newest) throws IOException {
    if (isOf(newest)) {
      return finish();
    }
    PageSet own = above(newest).orElseThrow();
    WrittenSet base = finish(set.description().asBase());
    long started = System.nanoTime();
    try (Base published = new Base(place, base);
        SetReader pages = newest.reader();
        ImageSetWriter top = new ImageSetWriter(place, newest.pid(), Optional.of(base))) {
      top.pages(newest.pages(), newest.pages().minus(own), pages, written -> {});
      long count = newest.pages().intersect(own).pageCount();
      long took = (System.nanoTime() - started) / NANOS_A_MICRO;
      WrittenSet written =
          top.finish(
              newest.description(),
              new DumpStatsEntry(
                  0,
                  0,
                  0,
                  took,
                  newest.pages().pageCount(),
                  newest.pages().pageCount() - count,
                  count));
      published.used = true;
      return written;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Removed again unless a set builds on it. */
  private static final class Base implements AutoCloseable {
    private final SetPlace place;
    private final Path path;
    private boolean used;

    Base(SetPlace place, WrittenSet set) {
      this.place = place;
      this.path = set.path();
    }

    @Override
    public void close() throws IOException {
      if (!used && !isNeeded()) {
        place.remove(path);
      }
    }

    /** The set on top may have failed when it was the latest already. */
    private boolean isNeeded() throws IOException {
      return new SetFolder(Objects.requireNonNull(path.getParent())).isBelowLatest(path);
    }
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
