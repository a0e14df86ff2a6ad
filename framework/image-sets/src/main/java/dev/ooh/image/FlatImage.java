package dev.ooh.image;

import dev.ooh.image.message.CriuMessages;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What the newest set of a chain holds, in one file: memory is mapped from it by one mapping a
 * region, however long and scattered the chain is. The sets have all of it as well, so one that is
 * not there, not whole, or of another set costs time and nothing else.
 *
 * <pre>
 * D/.flat/pages-….img        the set's regions, one behind the other; pages of zeros may be holes
 * D/.flat/state              which file, and of which set; there while that is whole and durable
 *
 *  0         4             8               12              16                  24
 *  ├─────────┼─────────────┼───────────────┼───────────────┼───────────────────┤
 *  │ magic   │ version = 1 │ CRC32C from   │ identity of   │ u64 number of the │
 *  │ "OOHF"  │             │ 12 to the end │ the set       │ pages file        │
 *  └─────────┴─────────────┴───────────────┴───────────────┴───────────────────┘
 * </pre>
 *
 * <p>Whoever made a file changes it as sets are taken, and nobody else does: those who come later
 * may map it, and make another one then. For one thread, of who keeps other writers away from D.
 */
public final class FlatImage implements AutoCloseable {
  private static final String FOLDER = ".flat";
  private static final String STATE = "state";
  private static final int MAGIC = 'O' | 'O' << 8 | 'H' << 16 | 'F' << 24;
  private static final int VERSION = 1;
  private static final int BODY = 12;
  private static final int LENGTH = 24;
  private static final int GATHERED = 1 << 20;
  private static final DiskFiles DISK = new DiskFiles();

  private final Path folder;
  private final long number;
  private final List<Region> regions;
  private final FileChannel pages;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(GATHERED);
  private int identity;

  private FlatImage(Path folder, long number, List<Region> regions) throws IOException {
    this.folder = folder;
    this.number = number;
    this.regions = regions;
    pages =
        FileChannel.open(
            file(folder, number), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private static Path file(Path folder, long number) {
    return folder.resolve("pages-%016x.img".formatted(number));
  }

  /**
   * Makes one of {@code set} in {@code store}, and removes those that were there.
   *
   * @throws IOException if it can't be written; there is none then
   */
  public static FlatImage make(Path store, ImageSet set) throws IOException {
    Path folder = store.resolve(FOLDER);
    if (!Files.isDirectory(folder)) {
      DISK.createDirectory(folder);
    }
    spoil(folder);
    for (Path old : ImageStore.entries(folder)) {
      Files.delete(old); // whoever has mapped it keeps it
    }
    long number = ThreadLocalRandom.current().nextLong(); // none that was there
    FlatImage made = new FlatImage(folder, number, set.description().regions());
    boolean whole = false;
    try {
      made.write(set);
      whole = true;
      return made;
    } finally {
      if (!whole) {
        made.drop();
      }
    }
  }

  private void write(ImageSet set) throws IOException {
    set.readPages(
        (address, bytes, length) ->
            write(ByteBuffer.wrap(bytes, 0, length), offset(regions, address)));
    long end = bytes(regions);
    if (pages.size() < end) {
      write(ByteBuffer.allocate(1), end - 1); // or the last pages could not be mapped
    }
    publish(set.identity());
  }

  private void write(ByteBuffer bytes, long offset) throws IOException {
    for (long at = offset; bytes.hasRemaining(); ) {
      at += pages.write(bytes, at);
    }
  }

  /** Where in the file a page of one of its set's regions is. */
  static long offset(List<Region> regions, long address) {
    long before = 0;
    for (Region region : regions) {
      if (region.start() <= address && address < region.end()) {
        return before + (address - region.start());
      }
      before += region.bytes();
    }
    throw new IllegalArgumentException(
        "found no region of 0x%x, wanted one of %s".formatted(address, regions));
  }

  private static long bytes(List<Region> regions) {
    return regions.stream().mapToLong(Region::bytes).sum();
  }

  /** Whether it is of {@code set}, which has these regions. */
  public boolean isOf(WrittenSet set, List<Region> wanted) {
    return identity == set.identity() && regions.equals(wanted);
  }

  /**
   * Becomes what {@code after} holds.
   *
   * @param before the set that this is of, and that the other one was built on, of the same regions
   * @throws IOException if that can't be written; it is of no set then
   */
  public void follow(WrittenSet before, WrittenSet after) throws IOException {
    spoil(folder);
    CheckedFiles files = CheckedFiles.unread(after.path());
    int pid = files.single("pstree.img", ImageType.PSTREE, CriuMessages.Pstree.parser()).getPid();
    Pagemap own = Pagemap.parse(files, "pagemap-" + pid + ".img");
    try (OpenFiles from = new OpenFiles()) {
      for (int entry = 0; entry < own.size(); entry++) {
        if (!own.isInParent(entry)) {
          copy(from, own, entry);
        }
      }
    }
    PageSet zeros = before.pages().minus(after.pages());
    for (int run = 0; run < zeros.runCount(); run++) {
      zero(zeros.runStart(run), zeros.runEnd(run));
    }
    publish(after.identity());
  }

  private void copy(OpenFiles from, Pagemap own, int entry) throws IOException {
    long length = own.end(entry) - own.start(entry);
    long target = offset(regions, own.start(entry));
    for (long done = 0; done < length; done += GATHERED) {
      buffer.clear().limit((int) Math.min(GATHERED, length - done));
      from.read(own.pagesFile(), own.offset(entry) + done, buffer);
      write(buffer.flip(), target + done);
    }
  }

  private void zero(long start, long end) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(GATHERED, end - start));
    for (long at = start; at < end; at += zeros.capacity()) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), end - at));
      write(zeros, offset(regions, at));
    }
  }

  /** The chain was folded: {@code merged} holds what the set before did. */
  public void renamed(WrittenSet merged) throws IOException {
    publish(merged.identity());
  }

  private void publish(int newest) throws IOException {
    pages.force(true);
    DISK.syncDirectory(folder);
    ByteBuffer state =
        ByteBuffer.allocate(LENGTH)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(MAGIC)
            .putInt(VERSION)
            .putInt(0)
            .putInt(newest)
            .putLong(number);
    state.putInt(BODY - Integer.BYTES, Digest.of(state.array(), BODY, LENGTH - BODY));
    Path made = folder.resolve(STATE + "-new");
    Files.deleteIfExists(made);
    try (FileLayer.Output out = DISK.create(made)) {
      out.write(state.flip());
      out.force();
    }
    DISK.replace(made, folder.resolve(STATE));
    DISK.syncDirectory(folder);
    identity = newest;
  }

  /** Nobody takes it for whole from now on, also after a loss of power. */
  private static void spoil(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(STATE));
    DISK.syncDirectory(folder);
  }

  /**
   * The file of the set of {@code identity}, which has these regions; empty if there is none.
   *
   * @param store to which nobody else writes as long as it is used
   */
  static Optional<Path> find(Path store, int identity, List<Region> regions) {
    Path folder = store.resolve(FOLDER);
    try {
      byte[] bytes = Files.readAllBytes(folder.resolve(STATE));
      ByteBuffer state = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      if (bytes.length != LENGTH
          || state.getInt() != MAGIC
          || state.getInt() != VERSION
          || state.getInt() != Digest.of(bytes, BODY, LENGTH - BODY)
          || state.getInt() != identity) {
        return Optional.empty();
      }
      Path file = file(folder, state.getLong());
      return Files.size(file) == bytes(regions) ? Optional.of(file) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // the sets have all of it
    }
  }

  /**
   * Reads all of a file. If it is not what {@code set} holds, it is there for nobody any more.
   *
   * @param told of each page that is as it should be
   * @throws ImageException of the first one that is not
   */
  static void verify(Path file, ImageSet set, ImageSet.PageSink told) throws IOException {
    try (OpenFiles files = new OpenFiles();
        PageFetcher present = new PageFetcher(set.digests(), told)) {
      List<Region> regions = set.description().regions();
      for (Region region : regions) {
        PageSet held = set.pages().intersect(region.pages());
        for (int run = 0; run < held.runCount(); run++) {
          long start = held.runStart(run);
          present.run(file, offset(regions, start), start, held.runEnd(run));
        }
        PageSet holes = region.pages().minus(held);
        for (int run = 0; run < holes.runCount(); run++) {
          long start = holes.runStart(run);
          long length = holes.runEnd(run) - start;
          verifyZeros(files, file, offset(regions, start), start, length, told);
        }
      }
    } catch (ImageException e) {
      spoil(Objects.requireNonNull(file.getParent()));
      throw e;
    }
  }

  private static void verifyZeros(
      OpenFiles files, Path file, long offset, long address, long length, ImageSet.PageSink told)
      throws IOException {
    byte[] found = new byte[(int) Math.min(GATHERED, length)];
    byte[] wanted = new byte[found.length];
    for (long done = 0; done < length; done += found.length) {
      int count = (int) Math.min(found.length, length - done);
      files.read(file, offset + done, ByteBuffer.wrap(found, 0, count));
      int different = Arrays.mismatch(found, 0, count, wanted, 0, count);
      if (different >= 0) {
        throw new ImageException(file, offset + done + different, "a byte of a page of zeros", "0");
      }
      told.accept(address + done, found, count);
    }
  }

  /** Removes it, as it is not whole. */
  private void drop() throws IOException {
    close();
    Files.deleteIfExists(file(folder, number));
  }

  /** Removes what there is in {@code store}. */
  public static void remove(Path store) throws IOException {
    Path folder = store.resolve(FOLDER);
    if (Files.isDirectory(folder)) {
      spoil(folder);
      ImageStore.deleteTree(DISK, folder);
    }
  }

  /** It stays as it is, for those who come later. */
  @Override
  public void close() throws IOException {
    pages.close();
  }
}
