package dev.ooh.image.reader;

import dev.ooh.image.ImageException;
import dev.ooh.image.PageSink;
import dev.ooh.image.SetDescription;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.input.CheckedFiles;
import dev.ooh.image.message.SetFiles;
import dev.ooh.memory.FileContents;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An image set of which no more was read than says where each page is: the manifests and pagemaps
 * of its chain, which are checked. Memory can be filled from it before anything else is read;
 * whether it was right to is known after {@link #verify}. Immutable.
 */
public final class LazySet {
  private final Path path;
  private final int pid;
  private final SetDescription description;
  private final int identity;
  private final Layers layers;

  /** Of it or of a set below; null where all files of the chain have to be looked into. */
  private final @Nullable FlatFile flat;

  private LazySet(Unlinked read, @Nullable LazySet parent, @Nullable FlatFile own) {
    path = read.set;
    pid = read.pid;
    description = read.description;
    identity = read.identity;
    layers = new Layers(path, read.pagemap, parent == null ? null : parent.layers, own);
    flat = own != null || parent == null ? own : parent.flat;
  }

  /** What was read of a set; the one that it builds on was not opened yet. */
  private record Unlinked(
      Path set, int pid, SetDescription description, int identity, Pagemap pagemap) {
    static Unlinked read(Path set) throws IOException {
      CheckedFiles files = CheckedFiles.unread(set);
      int pid = files.pid();
      Pagemap pagemap = Pagemap.parse(files, SetFiles.pagemap(pid));
      if (pagemap.isCompressed()) {
        throw new CompressedPagesException(set);
      }
      return new Unlinked(set, pid, files.manifest().description(), files.identity(), pagemap);
    }
  }

  /** Why nothing in {@code directory} can be mapped; empty where it can. */
  public static Optional<String> refusal(Path directory) {
    return directory.getFileSystem() == FileSystems.getDefault()
        ? Optional.empty()
        : Optional.of("files of %s can't be mapped".formatted(directory.toUri()));
  }

  /**
   * Reads {@code directory}: a set itself, or a store whose {@code latest} names one.
   *
   * @throws CompressedPagesException if a set of the chain has such, which none can map
   * @throws IOException as {@link ImageSet#open}
   */
  public static LazySet open(Path directory) throws IOException {
    return open(ChainPlaces.newest(directory), (identity, regions) -> Optional.empty());
  }

  /**
   * As {@link #open}, of a store that nobody else writes to as long as the set is used, and of a
   * {@linkplain FlatImage flat image} of it or of a set that it builds on, if there is one: of the
   * chain below that nothing is read then.
   *
   * @param files by which a flat image is done away with if it turns out to be damaged
   */
  public static LazySet openLocked(Path store, FileLayer files) throws IOException {
    return open(
        ChainPlaces.newest(store),
        (identity, regions) -> FlatFile.find(files, store, identity, regions));
  }

  /** Finds the flat image of a set. */
  @FunctionalInterface
  private interface FlatFinder {
    Optional<FlatFile> find(int identity, List<Region> regions);
  }

  /** Not by recursion: nothing says how long a chain may be. */
  private static LazySet open(Path newest, FlatFinder flatFiles) throws IOException {
    Set<Path> places = new HashSet<>();
    Deque<Unlinked> chain = new ArrayDeque<>();
    Optional<FlatFile> flat = Optional.empty();
    for (Path set = newest; set != null; ) {
      if (!places.add(set.toRealPath())) {
        throw new ImageException(set, "a set that is its own ancestor", "a chain that ends");
      }
      Unlinked read = Unlinked.read(set);
      chain.push(read);
      boolean hasParent = read.pagemap.hasParentPages();
      if (hasParent) {
        flat = flatFiles.find(read.identity, read.description.regions());
      }
      set = hasParent && flat.isEmpty() ? ChainPlaces.parentOf(set) : null;
    }
    LazySet opened = new LazySet(chain.pop(), null, flat.orElse(null));
    while (!chain.isEmpty()) {
      Unlinked read = chain.pop();
      ChainPlaces.checkParent(read.set, read.description, opened.identity);
      opened = new LazySet(read, opened, null);
    }
    return opened;
  }

  public Path path() {
    return path;
  }

  public SetDescription description() {
    return description;
  }

  /** Under which the images are filed. */
  public int pid() {
    return pid;
  }

  /** Whether memory is filled from a flat image alone. */
  public boolean isFlat() {
    return flat != null && flat.identity() == identity;
  }

  /** Whether memory is filled from a flat image, of this set or of one that it builds on. */
  public boolean isOnFlat() {
    return flat != null;
  }

  /** Every page of the set, those in its parents included. */
  public PageSet pages() {
    return layers.pagemap().pages();
  }

  /**
   * Fills memory with what the set has from {@code start} on: mapped where many pages of a file lie
   * together, copied where few do. What the set doesn't have stays zeros.
   *
   * @param bytes of the memory
   * @param memory the address of its first byte
   * @param filling of that memory; its owner closes it
   */
  public void fill(long start, long bytes, long memory, FileContents.Filling filling)
      throws IOException {
    if (flat != null && isFlat()) {
      filling.map(flat.path(), flat.offset(start), memory, bytes);
      return;
    }
    PageSet wanted = pages().intersect(PageSet.of(start, start + bytes));
    FillPlan plan = new FillPlan();
    Locator locator = new Locator(layers, plan);
    for (int run = 0; run < wanted.runCount(); run++) {
      locator.locate(wanted.runStart(run), wanted.runEnd(run));
    }
    plan.apply(filling, memory - start);
  }

  /**
   * Reads everything and checks it, as a restore does that is not lazy.
   *
   * @param goOn asked now and then
   * @return the set, of which all is known now
   * @throws ImageException of the first thing that is not as it was written
   * @throws CancellationException if it is not to go on
   */
  public ImageSet verify(BooleanSupplier goOn) throws IOException {
    ImageSet whole = ImageSet.open(path);
    if (whole.identity() != identity) {
      throw new ImageException(
          path, "another set than was opened", "one of identity %08x".formatted(identity));
    }
    PageSink told =
        (address, buffer, length) -> {
          if (!goOn.getAsBoolean()) {
            throw new CancellationException();
          }
        };
    if (flat != null) {
      FlatCheck.run(
          flat, whole, told); // first, so that whatever is wrong with it the next start has sets
    }
    whole.readPages(told);
    ChainCheck.rest(whole, told);
    return whole;
  }
}
