package dev.ooh.checkpoints;

import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.FileLayer;
import dev.ooh.image.ImageSet;
import dev.ooh.image.ImageSetWriter;
import dev.ooh.image.ImageStore;
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
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The sets on disk: each checkpoint is one more that builds on those before. For one thread. */
final class Chain implements AutoCloseable {
  private final Path directory;
  private final CheckpointOptions options;
  private final ImageStore store;
  private final @Nullable Newest newest;
  private final int pid;
  private int length;

  private Chain(
      Path directory, CheckpointOptions options, ImageStore store, @Nullable Newest newest) {
    this.directory = directory;
    this.options = options;
    this.store = store;
    this.newest = newest;
    pid = newest == null ? Math.toIntExact(ProcessHandle.current().pid()) : newest.pid();
    length = newest == null ? 0 : newest.chainLength();
  }

  /**
   * Opens the chain in {@code directory}, which is made where it isn't there.
   *
   * @param lazily whether only so much is read of the newest set as it takes to map its pages;
   *     {@link #tidy} has to come later then
   * @throws IOException if it can't be written to, or what is read of its newest set is damaged
   */
  static Chain open(Path directory, CheckpointOptions options, FileLayer files, boolean lazily)
      throws IOException {
    ImageStore store = ImageStore.open(directory, files);
    boolean opened = false;
    try {
      if (!lazily) {
        store.tidy();
      }
      Newest newest = null;
      if (new SetFolder(directory).latest().isPresent()) {
        newest = lazily ? new Newest.Lazy(directory) : new Newest.Whole(directory);
      }
      opened = true;
      return new Chain(directory, options, store, newest);
    } finally {
      if (!opened) {
        store.close();
      }
    }
  }

  /** Removes what an interrupted program left. */
  void tidy() throws IOException {
    store.tidy();
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
    return new Draft(new ImageSetWriter(store, pid, previous));
  }

  /**
   * Makes one set of a chain that is longer than it is to be, tells {@code next} of it, and removes
   * what nobody needs any more.
   */
  void foldIfLong(NextSet next) throws IOException {
    if (length <= options.longestChain()) {
      return;
    }
    next.written(SetMerge.merge(store, ImageSet.open(directory)));
    length = 1;
    for (Path set : Pruning.of(new SetFolder(directory), options.keep()).removable()) {
      store.remove(set);
    }
  }

  @Override
  public void close() throws IOException {
    store.close();
  }

  /** A set that is being written. Closed before it is finished, it leaves nothing behind. */
  final class Draft implements AutoCloseable {
    private final ImageSetWriter writer;

    private Draft(ImageSetWriter writer) {
      this.writer = writer;
    }

    /** As {@link ImageSetWriter#pages}. */
    void pages(PageSet all, PageSet inParent, PageReader source, LongConsumer written)
        throws IOException {
      writer.pages(all, inParent, source, written);
    }

    /** Makes the set durable: it is the newest one from now on. */
    WrittenSet finish(String technique, List<Region> regions, DumpStatsEntry statistics)
        throws IOException {
      long first = regions.getFirst().start();
      WrittenSet written =
          writer.finish(
              new SetDescription(true, options.name(), "", "linux", technique, first, regions),
              statistics);
      length++;
      return written;
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }
}
