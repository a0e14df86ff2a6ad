package dev.ooh.image.reader;

import dev.ooh.image.ImageException;
import dev.ooh.image.PageReader;
import dev.ooh.image.PageSink;
import dev.ooh.image.SetDescription;
import dev.ooh.image.digest.PageDigests;
import dev.ooh.image.input.CheckedFiles;
import dev.ooh.image.message.CriuImages;
import dev.ooh.image.message.CriuMessages;
import dev.ooh.image.message.DigestsImage;
import dev.ooh.image.message.ImageType;
import dev.ooh.image.message.SetFiles;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * An image set that was read and found whole, with the sets it builds on. Everything is checked
 * against the manifest first, then against the rest; only the pages' contents are checked when they
 * are read. For any thread.
 */
public final class ImageSet {
  private static final int PAGE = PageSet.PAGE_SIZE;

  /** So much is filled by one thread. */
  private static final long PART = 16L << 20;

  private final Path path;
  private final int pid;
  private final SetDescription description;
  private final Pagemap pagemap;
  private final Layers layers;
  private final CheckedFiles files;
  private final PageSet pages;
  private final @Nullable ImageSet parent;
  private final int identity;
  private final int chainLength;
  private final boolean compressed;

  /** Null once another set builds on it: of a long chain's there are too many to keep. */
  private volatile @Nullable PageDigests digests;

  private ImageSet(Unlinked read, @Nullable ImageSet parent) {
    path = read.set;
    files = read.files;
    pid = read.pid;
    compressed = read.compressed;
    description = read.description;
    pagemap = read.pagemap;
    pages = read.pages;
    digests = read.digests;
    identity = files.identity();
    layers = new Layers(path, pagemap, parent == null ? null : parent.layers, null);
    chainLength = parent == null ? 1 : 1 + parent.chainLength;
    this.parent = parent;
  }

  /**
   * Reads {@code directory}: a set itself, or a store whose {@code latest} names one.
   *
   * @throws IOException of one line that names the file, what was found and what was wanted
   */
  public static ImageSet open(Path directory) throws IOException {
    return open(ChainPlaces.newest(directory), new HashMap<>(), new HashMap<>());
  }

  /** Not by recursion: nothing says how long a chain may be. */
  private static ImageSet open(
      Path newest, Map<Path, ImageSet> opened, Map<Path, IOException> failed) throws IOException {
    Set<Path> places = new HashSet<>();
    Deque<Unlinked> chain = new ArrayDeque<>();
    ImageSet found = null;
    try {
      for (Path set = newest; set != null; ) {
        Path place = set.toRealPath();
        found = opened.get(place);
        if (found != null) {
          break;
        }
        IOException why = failed.get(place);
        if (why != null) {
          throw why;
        }
        if (!places.add(place)) {
          throw new ImageException(set, "a set that is its own ancestor", "a chain that ends");
        }
        Unlinked read = Unlinked.read(set, place);
        chain.push(chain.isEmpty() ? read : read.withoutDigests());
        set = read.pagemap.hasParentPages() ? ChainPlaces.parentOf(set) : null;
      }
      while (!chain.isEmpty()) {
        Unlinked read = chain.pop();
        if (found != null) {
          ChainPlaces.checkParent(read.set, read.description, found.identity);
          found.digests = null;
        }
        found = new ImageSet(read, found);
        opened.put(read.place, found);
      }
      return Objects.requireNonNull(found);
    } catch (IOException e) {
      for (Path place : places) {
        if (!opened.containsKey(place)) {
          failed.put(place, e);
        }
      }
      throw e;
    }
  }

  /** What was read of a set, and found to agree; the one that it builds on was not opened yet. */
  private record Unlinked(
      Path set,
      Path place,
      CheckedFiles files,
      int pid,
      boolean compressed,
      SetDescription description,
      Pagemap pagemap,
      PageSet pages,
      @Nullable PageDigests digests) {

    static Unlinked read(Path set, Path place) throws IOException {
      CheckedFiles files = CheckedFiles.of(set);
      CriuMessages.Inventory inventory =
          files.single(SetFiles.INVENTORY, ImageType.INVENTORY, CriuMessages.Inventory.parser());
      if (inventory.getImgVersion() < 1 || inventory.getImgVersion() > CriuImages.NEWEST_VERSION) {
        throw new ImageException(
            set.resolve(SetFiles.INVENTORY),
            "version " + Integer.toUnsignedString(inventory.getImgVersion()),
            "1 to %d, which CRIU's images have".formatted(CriuImages.NEWEST_VERSION));
      }
      int pid = files.pid();
      CriuMessages.Mm mm =
          files.single(SetFiles.mappings(pid), ImageType.MM, CriuMessages.Mm.parser());
      Pagemap pagemap = Pagemap.parse(files, SetFiles.pagemap(pid));
      boolean compressed = CriuImages.isCompressed(inventory);
      if (pagemap.presentBytes() > 0 && pagemap.isCompressed() != compressed) {
        throw new ImageException(
            set.resolve(SetFiles.INVENTORY),
            "compress " + Integer.toUnsignedString(inventory.getCompress()),
            pagemap.isCompressed()
                ? "1, as pages are in blocks"
                : "none, as pages are in no blocks");
      }
      PageDigests digests = ImageSet.digests(files);
      SetDescription description = files.manifest().description();
      checkAgree(files, pid, mm, pagemap, digests, description);
      return new Unlinked(
          set, place, files, pid, compressed, description, pagemap, digests.pages(), digests);
    }

    /** Of a long chain's there are too many to keep. */
    Unlinked withoutDigests() {
      return new Unlinked(set, place, files, pid, compressed, description, pagemap, pages, null);
    }
  }

  private static void checkAgree(
      CheckedFiles files,
      int pid,
      CriuMessages.Mm mm,
      Pagemap pagemap,
      PageDigests digests,
      SetDescription description)
      throws ImageException {
    PageSet.Builder mapped = PageSet.builder();
    PageSet.Builder named = PageSet.builder();
    for (CriuMessages.Vma vma : mm.getVmasList()) {
      if (CriuImages.isRegular(vma)) {
        if (vma.getStart() < 0 || vma.getEnd() <= vma.getStart()) {
          throw new ImageException(
              files.path(SetFiles.mappings(pid)),
              "mapping [0x%x, 0x%x)".formatted(vma.getStart(), vma.getEnd()),
              "its start below its end");
        }
        mapped.add(vma.getStart(), vma.getEnd());
      }
    }
    for (Region region : description.regions()) {
      named.add(region.start(), region.end());
    }
    PageSet mappings = mapped.build();
    PageSet names = named.build();
    if (!mappings.equals(names)) {
      throw new ImageException(
          files.path(SetFiles.mappings(pid)), "mappings of " + mappings, names.toString());
    }
    PageSet pages = pagemap.pages();
    if (!mappings.containsAll(pages)) {
      throw new ImageException(
          files.path(SetFiles.pagemap(pid)),
          "pages outside every mapping: " + pages.minus(mappings),
          "pages of " + mappings);
    }
    if (!pages.equals(digests.pages())) {
      throw new ImageException(
          files.path(SetFiles.DIGESTS), "digests of " + digests.pages(), pages.toString());
    }
  }

  /** Opens sets that build on each other, each once. For one thread. */
  public static final class Opener {
    private final Map<Path, ImageSet> opened = new HashMap<>();
    private final Map<Path, IOException> failed = new HashMap<>();
    private @Nullable ImageSet last;

    /**
     * As {@link ImageSet#open}, of a set itself.
     *
     * @throws IOException the same one each time, and for each set that builds on that one
     */
    public ImageSet open(Path set) throws IOException {
      if (last != null) {
        last.digests = null;
      }
      ImageSet found = ImageSet.open(set, opened, failed);
      last = found;
      return found;
    }

    /** As {@link ImageSet#open}, of a set itself or of the latest one of a store. */
    public ImageSet openNewest(Path directory) throws IOException {
      return open(ChainPlaces.newest(directory));
    }
  }

  public Path path() {
    return path;
  }

  public SetDescription description() {
    return description;
  }

  /** Every page of the set, those in its parents included. */
  public PageSet pages() {
    return pages;
  }

  /** How many sets the chain has, this one included. */
  public int chainLength() {
    return chainLength;
  }

  /**
   * Fills {@code memory} with the set's pages that belong there, verified, by as many threads as
   * there are processors. What the set doesn't have stays as it is.
   *
   * @param memory that any thread may access
   * @param start the address that its first byte has in the set
   * @throws ImageException as {@link #readPages}; some pages may be there then
   */
  public void fill(MemorySegment memory, long start) throws IOException {
    PageSet wanted = pages().intersect(PageSet.of(start, start + memory.byteSize()));
    try {
      LongStream.range(0, (memory.byteSize() + PART - 1) / PART)
          .parallel()
          .forEach(part -> fillPart(memory, start, wanted, part * PART));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void fillPart(MemorySegment memory, long start, PageSet wanted, long offset) {
    MemorySegment part = memory.asSlice(offset, Math.min(PART, memory.byteSize() - offset));
    long base = start + offset;
    PageSet pages = wanted.intersect(PageSet.of(base, base + part.byteSize()));
    try (SegmentFiller filler = new SegmentFiller(digests(), part, base)) {
      Locator locator = new Locator(layers, filler);
      for (int run = 0; run < pages.runCount(); run++) {
        locator.locate(pages.runStart(run), pages.runEnd(run));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads every page, in ascending order, from whichever set of the chain holds it, and verifies
   * its digest.
   *
   * @throws ImageException naming the pages file, the offset and both digests
   */
  public void readPages(PageSink sink) throws IOException {
    try (PageFetcher fetcher = new PageFetcher(digests(), sink)) {
      Locator locator = new Locator(layers, fetcher);
      for (int entry = 0; entry < pagemap.size(); entry++) {
        locator.locate(pagemap.start(entry), pagemap.end(entry));
      }
    }
  }

  /** What tells it from every other set. */
  public int identity() {
    return identity;
  }

  /** As whoever wrote it would remember it, to build the next set on. */
  public WrittenSet written() {
    return new WrittenSet(path, loaded(), identity);
  }

  /** Reads any of the set's pages from whichever set of the chain holds them; close it. */
  public SetReader reader() {
    return new SetReader(layers, loaded());
  }

  Layers layers() {
    return layers;
  }

  /** Whether those of its pages that are in no parent are compressed, if there are any. */
  public boolean isCompressed() {
    return compressed;
  }

  /** Under which the images are filed. */
  public int pid() {
    return pid;
  }

  Pagemap pagemap() {
    return pagemap;
  }

  PageDigests digests() throws IOException {
    PageDigests known = digests;
    return known == null ? digests(files) : known;
  }

  private static PageDigests digests(CheckedFiles files) throws IOException {
    return DigestsImage.parse(files.path(SetFiles.DIGESTS), files.bytes(SetFiles.DIGESTS));
  }

  private PageDigests loaded() {
    try {
      return digests();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The set that it builds on; null for one that is whole by itself. */
  public @Nullable ImageSet parentSet() {
    return parent;
  }

  /** Where the set is that it builds on; empty for one that is whole by itself. */
  public Optional<Path> parent() {
    return Optional.ofNullable(parent).map(ImageSet::path);
  }

  /** The pages that are not the same in {@code other}, those that only one of them has included. */
  public PageSet differentFrom(ImageSet other) {
    return loaded().different(other.loaded());
  }

  /** Compares every page with memory; returns those that differ. */
  public PageSet different(PageReader source) {
    return loaded().different(pages, source);
  }

  /** The pages of this very set, not in a parent. */
  public PageSet ownPages() {
    return pagemap.present();
  }

  /** How many those are. */
  public long presentPages() {
    return pagemap.presentBytes() / PAGE;
  }
}
