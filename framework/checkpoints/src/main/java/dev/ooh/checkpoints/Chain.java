package dev.ooh.checkpoints;

import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.FileLayer;
import dev.ooh.image.FlatImage;
import dev.ooh.image.ImageSet;
import dev.ooh.image.ImageSetWriter;
import dev.ooh.image.ImageStore;
import dev.ooh.image.LazySet;
import dev.ooh.image.NextSet;
import dev.ooh.image.PageReader;
import dev.ooh.image.Pruning;
import dev.ooh.image.SetDescription;
import dev.ooh.image.SetFolder;
import dev.ooh.image.SetMerge;
import dev.ooh.image.WrittenSet;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The sets on disk: each checkpoint is one more that builds on those before. For one thread. */
final class Chain implements AutoCloseable {
  private final Path directory;
  private final FileLayer files;
  private final CheckpointOptions options;
  private final ImageStore store;
  private final @Nullable Newest newest;

  /** Null for a program that reads everything before it starts, or wants no flat image. */
  private final @Nullable Flattening flattening;

  private final int pid;

  /** Of one that was opened lazily, not known before it was {@link #tidy tidied}. */
  private int length;

  private Chain(
      Path directory,
      FileLayer files,
      CheckpointOptions options,
      ImageStore store,
      @Nullable Newest newest,
      @Nullable Flattening flattening) {
    this.directory = directory;
    this.files = files;
    this.options = options;
    this.store = store;
    this.newest = newest;
    this.flattening = flattening;
    pid = newest == null ? Math.toIntExact(ProcessHandle.current().pid()) : newest.pid();
    length = newest instanceof Newest.Whole whole ? whole.set().chainLength() : 0;
  }

  /**
   * Opens the chain in {@code directory}, which is made where it isn't there.
   *
   * @param lazily whether only so much is done and read as it takes to map the pages of the newest
   *     set, if there is one; {@link #tidy} has to come before the next one then
   * @param least scattered pages from which on a program that restores lazily keeps a flat image
   * @throws IOException if it can't be written to, as far as that is tried, or what is read of its
   *     newest set is damaged
   */
  static Chain open(
      Path directory, CheckpointOptions options, FileLayer files, boolean lazily, long least)
      throws IOException {
    ImageStore store = ImageStore.lock(directory, files);
    boolean opened = false;
    try {
      boolean found = new SetFolder(directory).latest().isPresent();
      if (!lazily || !found) {
        store.prepare();
        store.tidy();
      }
      Newest newest = null;
      if (found) {
        newest = lazily ? new Newest.Lazy(directory, files) : new Newest.Whole(directory);
      }
      opened = true;
      Flattening flattening = null;
      if (lazily && options.flatImage() && canBeMapped(directory)) {
        flattening = flattening(files, directory, newest, least);
      }
      return new Chain(directory, files, options, store, newest, flattening);
    } finally {
      if (!opened) {
        store.close();
      }
    }
  }

  private static boolean canBeMapped(Path directory) {
    return LazySet.refusal(directory).isEmpty();
  }

  private static Flattening flattening(
      FileLayer files, Path directory, @Nullable Newest newest, long least) {
    Flattening flattening = new Flattening(files, directory, least);
    if (newest instanceof Newest.Lazy lazy && lazy.set().isOnFlat()) {
      flattening.restoredFlat();
    }
    return flattening;
  }

  /**
   * Tries whether a set can be written, and removes what an interrupted program left.
   *
   * @param found what was opened lazily, as a whole
   */
  void tidy(ImageSet found) throws IOException {
    store.prepare();
    store.tidy();
    length = found.chainLength();
    if (flattening != null) {
      flattening.lookedInto(length);
    }
  }

  /** A restore from this chain copied so many pages, as they were not to be mapped. */
  void copied(long pages) {
    if (flattening != null) {
      flattening.copied(pages);
    }
  }

  /**
   * After sets were written: has the next restore be fast, if this program restores lazily, and
   * leaves nothing of a set that is not the newest any more.
   *
   * @param goOn asked now and then while all that the newest set holds is written
   */
  void flatten(BooleanSupplier goOn) throws IOException {
    if (flattening != null) {
      flattening.settle(!isLong(), goOn);
    } else if (canBeMapped(directory)) {
      FlatImage.remove(files, directory);
    }
  }

  private boolean isLong() {
    return length > options.longestChain();
  }

  Path directory() {
    return directory;
  }

  /** As {@link ImageStore#weaker}. */
  List<String> weaker() {
    return store.weaker();
  }

  /** The newest set, as it was found when this was opened. */
  Optional<Newest> newest() {
    return Optional.ofNullable(newest);
  }

  /** Begins a set that builds on {@code previous}. */
  Draft draft(Optional<WrittenSet> previous) throws IOException {
    return new Draft(new ImageSetWriter(store, pid, previous), previous);
  }

  /**
   * Makes one set of a chain that is longer than it is to be, tells {@code next} of it, and removes
   * what nobody needs any more.
   */
  void foldIfLong(NextSet next) throws IOException {
    if (!isLong()) {
      return;
    }
    WrittenSet merged = SetMerge.merge(store, ImageSet.open(directory));
    next.written(merged);
    length = 1;
    try {
      if (flattening != null) {
        flattening.folded(merged);
      }
    } finally {
      for (Path set : Pruning.of(new SetFolder(directory), options.keep()).removable()) {
        store.remove(set);
      }
    }
  }

  /** A set could not be written, for want of room perhaps: gives back what nobody depends on. */
  void makeRoom() throws IOException {
    if (flattening != null) {
      flattening.makeRoom();
    }
  }

  @Override
  public void close() throws IOException {
    try (ImageStore _ = store) {
      if (flattening != null) {
        flattening.close();
      }
    }
  }

  /** A set that is being written. Closed before it is finished, it leaves nothing behind. */
  final class Draft implements AutoCloseable {
    private final ImageSetWriter writer;
    private final Optional<WrittenSet> previous;
    private PageSet own = PageSet.empty();

    private Draft(ImageSetWriter writer, Optional<WrittenSet> previous) {
      this.writer = writer;
      this.previous = previous;
    }

    /** As {@link ImageSetWriter#pages}. */
    void pages(PageSet all, PageSet inParent, PageReader source, LongConsumer written)
        throws IOException {
      own = all.minus(inParent);
      writer.pages(all, inParent, source, written);
    }

    /**
     * Makes the set durable.
     *
     * @param complete whether it is of one moment: it is the newest one to restore from now on.
     *     Else it is there for others to build on
     */
    WrittenSet finish(
        boolean complete, String technique, List<Region> regions, DumpStatsEntry statistics)
        throws IOException {
      long first = regions.getFirst().start();
      WrittenSet written =
          writer.finish(
              new SetDescription(complete, options.name(), "", "linux", technique, first, regions),
              statistics);
      length++;
      if (flattening != null) {
        flattening.written(previous, written, regions, own);
      }
      return written;
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }
}
