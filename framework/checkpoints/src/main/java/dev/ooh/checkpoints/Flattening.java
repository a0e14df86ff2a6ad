package dev.ooh.checkpoints;

import dev.ooh.image.FlatImage;
import dev.ooh.image.ImageSet;
import dev.ooh.image.WrittenSet;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a {@link FlatImage} beside the sets of a program that restores lazily, once those are so
 * many, or so scattered, that its start would take long. For one thread at a time.
 */
final class Flattening implements AutoCloseable {
  /** A run of so many is mapped. */
  private static final long MAPPED = 16L * PageSet.PAGE_SIZE;

  /** To look into one more set takes as long as to copy so many pages. */
  private static final long PAGES_A_SET = 16;

  private final Path directory;
  private final long least;
  private final List<Step> steps = new ArrayList<>();
  private @Nullable FlatImage flat;
  private long scattered;

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
  Flattening(Path directory, long least) {
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
   * @throws IOException if it can't be written; the sets are as good as before
   */
  void settle(boolean make) throws IOException {
    boolean done = false;
    try {
      for (Step step : steps) {
        follow(step);
      }
      if (make && flat == null && scattered >= least) {
        flat = FlatImage.make(directory, ImageSet.open(directory));
      }
      done = true;
    } finally {
      steps.clear();
      if (!done) {
        scattered = 0; // it would fail again: not before there is as much to win once more
        close();
      }
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

  /** The chain is one set now, which holds what its newest one did. */
  void folded(WrittenSet merged) throws IOException {
    scattered = 0;
    if (flat != null) {
      flat.renamed(merged);
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
