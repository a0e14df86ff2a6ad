package dev.ooh.checkpoints;

import dev.ooh.image.file.FileLayer;
import dev.ooh.image.reader.FlatImage;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a {@link FlatImage} beside the sets of a program that restores lazily, once those are so
 * many, or so scattered, that its start would take long. If one can't be written, it does without
 * until the program's next start: to try again would write all of it each time. For one thread at a
 * time.
 */
final class Flattening implements AutoCloseable {
  /** A run of so many is mapped. */
  private static final long MAPPED = 16L * PageSet.PAGE_SIZE;

  /** To look into one more set takes as long as to copy so many pages. */
  private static final long PAGES_A_SET = 16;

  private final FileLayer files;
  private final Path directory;
  private final long least;
  private final List<Step> steps = new ArrayList<>();
  private @Nullable FlatImage flat;
  private long scattered;
  private boolean givenUp;

  /**
   * A set that was written.
   *
   * @param before the one that it builds on, if any
   * @param scattered pages that take as long to copy as it takes to restore from this one as well
   */
  private record Step(
      Optional<WrittenSet> before, WrittenSet after, List<Region> regions, long scattered) {}

  /**
   * @param directory of the sets
   * @param least scattered pages from which on there is to be a flat image
   */
  Flattening(FileLayer files, Path directory, long least) {
    this.files = files;
    this.directory = directory;
    this.least = least;
  }

  /** So many pages were copied by the restore that this program began with. */
  void copied(long pages) {
    scattered += pages;
  }

  /** That restore looked into so many sets. */
  void lookedInto(int sets) {
    scattered += PAGES_A_SET * (sets - 1);
  }

  /** The restore was from a flat image, which is not to be changed: another one is needed. */
  void restoredFlat() {
    scattered = least;
  }

  /**
   * A set was written; nothing is done about it yet.
   *
   * @param own the pages that are in this very set
   */
  void written(Optional<WrittenSet> before, WrittenSet after, List<Region> regions, PageSet own) {
    long pages = PAGES_A_SET;
    for (int run = 0; run < own.runCount(); run++) {
      long bytes = own.runEnd(run) - own.runStart(run);
      pages += bytes < MAPPED ? bytes / PageSet.PAGE_SIZE : 0;
    }
    steps.add(new Step(before, after, regions, before.isPresent() ? pages : 0));
  }

  /**
   * Makes the flat image what the newest set is, by the sets that were written since the last call.
   *
   * @param make whether one is to be made if there is none
   * @param goOn asked now and then while one is made; if it is not to go on, there is none
   * @throws IOException if it can't be written; the sets are as good as before
   */
  void settle(boolean make, BooleanSupplier goOn) throws IOException {
    try {
      for (Step step : steps) {
        follow(step);
      }
      if (make && flat == null && scattered >= least && !givenUp) {
        flat = FlatImage.make(files, directory, ImageSet.open(directory), goOn);
      }
    } catch (CancellationException e) {
      // the next life of the program makes one
    } catch (IOException e) {
      throw givenUp(e);
    } catch (RuntimeException | Error e) {
      throw givenUp(new IOException("%s: the flat image: %s".formatted(directory, e), e));
    } finally {
      steps.clear();
    }
  }

  private IOException givenUp(IOException e) {
    String what = e instanceof FileSystemException ? e.toString() : e.getMessage();
    IOException told = new IOException(what + "; the next lazy start takes the sets", e);
    try {
      drop();
    } catch (IOException more) {
      told.addSuppressed(more);
    }
    return told;
  }

  private void drop() throws IOException {
    givenUp = true;
    FlatImage known = flat;
    flat = null;
    if (known != null) {
      known.drop();
    }
  }

  /** Others may map what there is from now on: another one is needed. */
  void suspend() throws IOException {
    if (flat != null) {
      close();
      restoredFlat();
    }
  }

  /** A set could not be written: if the disk is full, it is not to be for this. */
  void makeRoom() throws IOException {
    if (flat != null && files.usableSpace(directory) < FlatImage.ROOM_LEFT) {
      drop();
    }
  }

  private void follow(Step step) throws IOException {
    FlatImage known = flat;
    if (known == null) {
      scattered += step.scattered;
    } else if (step.before.isPresent() && known.isOf(step.before.get(), step.regions)) {
      known.follow(step.before.get(), step.after);
    } else {
      close();
      scattered = least;
    }
  }

  /** The chain was folded: {@code merged} holds what {@code newest} did. */
  void folded(ImageSet newest, WrittenSet merged) throws IOException {
    scattered = 0;
    FlatImage known = flat;
    try {
      if (known == null) {
        FlatImage.remove(files, directory);
      } else if (!known.isOf(newest.written(), newest.description().regions())) {
        close();
        scattered = least;
      } else {
        known.renamed(merged);
      }
    } catch (IOException e) {
      throw givenUp(e);
    }
  }

  /** What is on the disk stays, for the next start. */
  @Override
  public void close() throws IOException {
    if (flat != null) {
      flat.close();
      flat = null;
    }
  }
}
