package dev.ooh.image;

import dev.ooh.image.message.CriuMessages;
import dev.ooh.memory.FileContents;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.HashSet;
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
  private final int chainLength;

  private LazySet(
      Path path,
      int pid,
      SetDescription description,
      int identity,
      Pagemap pagemap,
      @Nullable LazySet parent) {
    this.path = path;
    this.pid = pid;
    this.description = description;
    this.identity = identity;
    layers = new Layers(path, pagemap, parent == null ? null : parent.layers);
    chainLength = parent == null ? 1 : 1 + parent.chainLength;
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
   * @throws IOException as {@link ImageSet#open}
   */
  public static LazySet open(Path directory) throws IOException {
    return open(ImageSet.newest(directory), new HashSet<>());
  }

  private static LazySet open(Path set, Set<Path> children) throws IOException {
    if (!children.add(set.toRealPath())) {
      throw new ImageException(set, "a set that is its own ancestor", "a chain that ends");
    }
    CheckedFiles files = CheckedFiles.unread(set);
    int pid = files.single("pstree.img", ImageType.PSTREE, CriuMessages.Pstree.parser()).getPid();
    Pagemap pagemap = Pagemap.parse(files, "pagemap-" + pid + ".img");
    SetDescription description = files.manifest().description();
    LazySet parent = null;
    if (pagemap.hasParentPages()) {
      Path place = ImageSet.parentOf(set);
      parent = open(place, children);
      ImageSet.checkParent(set, description, parent.identity);
    }
    return new LazySet(set, pid, description, files.identity(), pagemap, parent);
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

  /** How many sets the chain has, this one included. */
  public int chainLength() {
    return chainLength;
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
    PageSet wanted = pages().intersect(PageSet.of(start, start + bytes));
    FillPlan plan = new FillPlan();
    for (int run = 0; run < wanted.runCount(); run++) {
      layers.locate(wanted.runStart(run), wanted.runEnd(run), plan);
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
    whole.readPages(
        (address, buffer, length) -> {
          if (!goOn.getAsBoolean()) {
            throw new CancellationException();
          }
        });
    return whole;
  }
}
