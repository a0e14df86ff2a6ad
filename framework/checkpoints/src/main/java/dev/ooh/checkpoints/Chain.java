package dev.ooh.checkpoints;

import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.PageReader;
import dev.ooh.image.SetDescription;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.reader.CompressedPagesException;
import dev.ooh.image.reader.FlatImage;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.reader.LazySet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.Pruning;
import dev.ooh.image.store.SetFolder;
import dev.ooh.image.store.SetPlace;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.ImageSetWriter;
import dev.ooh.image.writer.NextSet;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The sets on disk: each checkpoint is one more that builds on those before. For one thread. */
final class Chain implements AutoCloseable {
  private final Path directory;
  private final CheckpointOptions options;
  private final FileLayer files;
  private final @Nullable Newest newest;

  /** Null for a program that reads everything before it starts, or wants no flat image. */
  private final @Nullable Flattening flattening;

  private final int pid;

  /** Closed between {@link #suspend} and {@link #resume}. */
  private ImageStore store;

  /** The newest set that can be restored, when this was last suspended. */
  private Optional<Path> latest = Optional.empty();

  /** Begun, and not settled yet. */
  private @Nullable Folding folding;

  /** Of one that was opened lazily, not known before it was {@link #tidy tidied}. */
  private int length;

  /** That the newest set has, those of its parents included; not known before one is written. */
  private long pages;

  /** Whether it was told that there is no room to fold. */
  private boolean cramped;

  private Chain(
      Path directory,
      CheckpointOptions options,
      FileLayer files,
      ImageStore store,
      @Nullable Newest newest,
      @Nullable Flattening flattening) {
    this.directory = directory;
    this.options = options;
    this.files = files;
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
      if (options.compressed()) {
        SetPlace _ = store.compressed(); // or it says why not
      }
      boolean found = new SetFolder(directory).latest().isPresent();
      Newest newest = lazily && found ? lazily(directory, files) : null;
      if (newest == null) {
        store.prepare();
        store.tidy();
        // Asked again: what a writer had moved out of the way when it died is back.
        newest = new SetFolder(directory).latest().isPresent() ? new Newest.Whole(directory) : null;
      }
      opened = true;
      Flattening flattening = null;
      if (lazily && options.flatImage() && canBeMapped(directory)) {
        flattening = flattening(files, directory, newest, least);
      }
      return new Chain(directory, options, files, store, newest, flattening);
    } finally {
      if (!opened) {
        store.close();
      }
    }
  }

  /** Null if nothing can be mapped, as it is compressed. */
  private static @Nullable Newest lazily(Path directory, FileLayer files) throws IOException {
    try {
      return new Newest.Lazy(directory, files);
    } catch (CompressedPagesException e) {
      return null;
    }
  }

  private static boolean canBeMapped(Path directory) {
    return LazySet.refusal(directory).isEmpty();
  }

  private static Flattening flattening(
      FileLayer files, Path directory, @Nullable Newest newest, long least) {
    Flattening flattening = new Flattening(files, directory, least);
    boolean read = newest instanceof Newest.Whole; // which a flat image would have spared
    if (read || (newest instanceof Newest.Lazy lazy && lazy.set().isOnFlat())) {
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

  private SetPlace place() throws IOException {
    return options.compressed() ? store.compressed() : store;
  }

  /** Begins a set that builds on {@code previous}. */
  Draft draft(Optional<WrittenSet> previous) throws IOException {
    return new Draft(new ImageSetWriter(place(), pid, previous), previous);
  }

  /**
   * Begins to make one set of a chain that is longer than it is to be. Sets may be written, by one
   * thread, while another one copies; {@link #settle} has to follow then.
   *
   * @return empty if it is short enough, or that was begun already, or there is still no room
   * @throws IOException if there is no room for it, once until there is
   */
  Optional<Folding> beginFolding() throws IOException {
    if (!isLong() || folding != null || !hasRoomToFold()) {
      return Optional.empty();
    }
    Folding begun = new Folding(directory, place());
    folding = begun;
    return Optional.of(begun);
  }

  /** A fold that can't fit would take the room of the next checkpoints, after each of them. */
  private boolean hasRoomToFold() throws IOException {
    if (options.compressed() || !directory.getFileSystem().equals(FileSystems.getDefault())) {
      return true; // how much it takes, or how much there is, shows when it is written
    }
    long wanted = pages * PageSet.PAGE_SIZE;
    long found = files.usableSpace(directory);
    boolean told = cramped;
    cramped = found < wanted;
    if (cramped && !told) {
      throw new IOException(
          "%s: found room for %d bytes, wanted %d to fold the chain"
              .formatted(directory, found, wanted));
    }
    return !cramped;
  }

  /** What was begun is not to be; it may be begun again. */
  void abandonFolding() {
    folding = null; // it has copied nothing that would have to be removed
  }

  /** Whether sets can be written while a chain is made one. */
  boolean foldsBeside() {
    return store.takesSeveralDrafts();
  }

  /**
   * Has the chain be what was made of it, tells {@code next} of it, and removes what nobody needs
   * any more.
   */
  void settle(NextSet next) throws IOException {
    try (Folding ending = Objects.requireNonNull(folding)) {
      folding = null;
      Optional<Folding.Top> top = ending.settle();
      if (top.isPresent()) {
        length = top.get().length();
        next.restored(top.get().set()); // what is owed to the next set is owed still
        settled(top.get());
      } else {
        length = ImageSet.open(directory).chainLength();
      }
    }
  }

  private void settled(Folding.Top top) throws IOException {
    try {
      if (flattening != null) {
        flattening.folded(top.of(), top.set());
      }
    } finally {
      // The one that was the newest has the same pages, and is no other checkpoint to keep.
      int dumps = options.keep() == 1 ? 1 : options.keep() + 1;
      for (Path set : Pruning.of(new SetFolder(directory), dumps).removable()) {
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

  /** Lets others write to the directory; no set is being written. */
  void suspend() throws IOException {
    try (ImageStore _ = store) {
      latest = new SetFolder(directory).latest();
      if (flattening != null) {
        flattening.suspend();
      }
    }
  }

  /**
   * Keeps others away again.
   *
   * @param known the newest set that there was, be it one to restore or not; empty if there was
   *     none, or that is not known
   * @throws IOException if others write to the directory, or did
   */
  void resume(Optional<WrittenSet> known) throws IOException {
    ImageStore locked = ImageStore.lock(directory, files);
    boolean usable = false;
    try {
      Optional<Path> found = new SetFolder(directory).latest();
      if (!found.equals(latest) || (known.isPresent() && !known.get().isThere())) {
        throw changed(found);
      }
      locked.prepare();
      store = locked;
      usable = true;
    } finally {
      if (!usable) {
        locked.close();
      }
    }
  }

  private IOException changed(Optional<Path> found) {
    return new IOException(
        "%s: found %s as the newest set, wanted the one of before this JVM was checkpointed"
            .formatted(directory, found.map(Path::toString).orElse("nothing")));
  }

  @Override
  public void close() throws IOException {
    try (ImageStore _ = store;
        Folding _ = folding) {
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
     * @param metadata of the program's own
     */
    WrittenSet finish(
        boolean complete,
        String technique,
        List<Region> regions,
        Map<String, String> metadata,
        DumpStatsEntry statistics)
        throws IOException {
      long first = regions.getFirst().start();
      WrittenSet written =
          writer.finish(
              new SetDescription(complete, options.name(), "", "linux", technique, first, regions)
                  .withMetadata(metadata),
              statistics);
      length++;
      pages = written.pages().pageCount();
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
