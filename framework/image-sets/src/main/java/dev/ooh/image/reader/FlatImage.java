package dev.ooh.image.reader;

import dev.ooh.image.file.FileLayer;
import dev.ooh.image.input.CheckedFiles;
import dev.ooh.image.message.SetFiles;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the newest set of a chain holds, in one file: memory is mapped from it by one mapping a
 * region, however long and scattered the chain is. The sets have all of it as well, so one that is
 * not there, not whole, or of another set costs time and nothing else. One of a set further down
 * the chain stands for that set and those below it.
 *
 * <pre>
 * D/.flat/pages-….img        the set's regions, one behind the other; pages of zeros may be holes
 * D/.flat/state              which file, and of which set; there while that is whole and durable
 * </pre>
 *
 * <p>Whoever made a file changes it as sets are taken, and nobody else does: those who come later
 * may map it, and make another one then. For one thread, of who keeps other writers away from D.
 */
public final class FlatImage implements AutoCloseable {
  /** Bytes that one that is made must leave free on the disk, for the sets that are to come. */
  public static final long ROOM_LEFT = 64L << 20;

  private static final int GATHERED = 1 << 20;

  /** So much is forced to the disk at once, that whoever waits for a cancellation waits for. */
  private static final long FORCED = 32L << 20;

  private final FileLayer files;
  private final Path folder;
  private final long number;
  private final List<Region> regions;
  private final FileLayer.Rewritable pages;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(GATHERED);
  private int identity;
  private long unforced;

  /** Whether the state may name this one. */
  private boolean named;

  private FlatImage(FileLayer files, Path folder, long number, List<Region> regions)
      throws IOException {
    this.files = files;
    this.folder = folder;
    this.number = number;
    this.regions = regions;
    pages = files.createRewritable(FlatState.pages(folder, number));
  }

  /**
   * Makes one of {@code set} in {@code store}, and removes the one that was there when this one is
   * whole: until then the next start has that, and the sets above it.
   *
   * @param goOn asked now and then
   * @throws IOException naming the file, if it can't be written, or would leave less than {@link
   *     #ROOM_LEFT}; what was there before is there still, and no part of this one
   * @throws CancellationException if it is not to go on; the same holds
   */
  public static FlatImage make(FileLayer files, Path store, ImageSet set, BooleanSupplier goOn)
      throws IOException {
    Path folder = FlatFile.folder(store);
    removeUnlessOf(files, store, set);
    if (Files.isDirectory(folder)) {
      removeAllBut(files, folder, FlatState.read(folder).orElse(null));
    }
    checkRoom(files, store, folder, set.pages().pageCount() * PageSet.PAGE_SIZE + ROOM_LEFT);
    if (!Files.isDirectory(folder)) {
      files.createDirectory(folder);
    }
    long number = ThreadLocalRandom.current().nextLong(); // none that was there
    FlatImage made = new FlatImage(files, folder, number, set.description().regions());
    boolean whole = false;
    try {
      made.write(set, goOn);
      removeAllBut(files, folder, FlatState.of(folder, number, set.identity()));
      whole = true;
      return made;
    } finally {
      if (!whole) {
        made.drop();
      }
    }
  }

  private static void checkRoom(FileLayer files, Path store, Path folder, long wanted)
      throws IOException {
    long found = files.usableSpace(store);
    if (found < wanted) {
      throw new IOException(
          "%s: found room for %d bytes, wanted %d to write a flat image"
              .formatted(folder, found, wanted));
    }
  }

  /** Whoever has mapped what goes keeps it. */
  private static void removeAllBut(FileLayer files, Path folder, @Nullable FlatState kept)
      throws IOException {
    for (Path entry : FileLayer.entries(folder)) {
      if (kept == null
          || (!entry.equals(FlatState.file(folder))
              && !entry.equals(FlatState.pages(folder, kept.number())))) {
        files.delete(entry);
      }
    }
  }

  private void write(ImageSet set, BooleanSupplier goOn) throws IOException {
    set.readPages(
        (address, bytes, length) -> {
          if (!goOn.getAsBoolean()) {
            throw new CancellationException();
          }
          write(ByteBuffer.wrap(bytes, 0, length), FlatFile.offset(regions, address));
        });
    pages.reach(FlatFile.bytes(regions)); // or the last pages could not be mapped
    publish(set.identity());
  }

  private void write(ByteBuffer bytes, long offset) throws IOException {
    unforced += bytes.remaining();
    pages.write(bytes, offset);
    if (unforced >= FORCED) {
      pages.force();
      unforced = 0;
    }
  }

  /** Whether it is of {@code set}, which has these regions. */
  public boolean isOf(WrittenSet set, List<Region> wanted) {
    return identity == set.identity() && regions.equals(wanted);
  }

  /**
   * Becomes what {@code after} holds.
   *
   * @param before the set that this is of, and that the other one was built on, of the same regions
   * @throws IOException if that can't be written; it is of no set then, and to be {@linkplain #drop
   *     dropped}
   */
  public void follow(WrittenSet before, WrittenSet after) throws IOException {
    FlatFile.spoil(files, folder);
    CheckedFiles set = CheckedFiles.unread(after.path());
    Pagemap own = Pagemap.parse(set, SetFiles.pagemap(set.pid()));
    try (PagesInput from = new PagesInput()) {
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

  private void copy(PagesInput from, Pagemap own, int entry) throws IOException {
    long length = own.end(entry) - own.start(entry);
    long target = FlatFile.offset(regions, own.start(entry));
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
      write(zeros, FlatFile.offset(regions, at));
    }
  }

  /**
   * The chain was folded: {@code merged} holds what the set before did.
   *
   * @throws IOException if that can't be written; it is to be {@linkplain #drop dropped} then
   */
  public void renamed(WrittenSet merged) throws IOException {
    publish(merged.identity());
  }

  private void publish(int newest) throws IOException {
    pages.force();
    unforced = 0;
    files.syncDirectory(folder);
    Path made = newState();
    files.delete(made);
    files.create(made).writeWhole(FlatState.of(folder, number, newest).toByteArray());
    named = true;
    files.replace(made, FlatState.file(folder));
    files.syncDirectory(folder);
    identity = newest;
  }

  private Path newState() {
    return folder.resolve("state-new");
  }

  /** Removes this one, as it is not whole, or takes room that is needed. */
  public void drop() throws IOException {
    close();
    if (named) {
      FlatFile.spoil(files, folder);
    }
    files.delete(newState());
    files.delete(FlatState.pages(folder, number));
    try {
      files.delete(folder);
    } catch (DirectoryNotEmptyException e) {
      // another one is there still
    }
  }

  /**
   * Removes what there is in {@code store}, unless it is of {@code latest} or of a set that this
   * one builds on: nothing else is of use for the next start.
   */
  public static void removeUnlessOf(FileLayer files, Path store, ImageSet latest)
      throws IOException {
    for (ImageSet set = latest; set != null; set = set.parentSet()) {
      List<Region> wanted = set.description().regions();
      Optional<FlatFile> found = FlatFile.find(files, store, set.identity(), wanted);
      if (found.isPresent()) {
        return;
      }
    }
    remove(files, store);
  }

  /** Removes what there is in {@code store}. */
  public static void remove(FileLayer files, Path store) throws IOException {
    Path folder = FlatFile.folder(store);
    if (Files.isDirectory(folder)) {
      FlatFile.spoil(files, folder);
      files.deleteTree(folder);
    }
  }

  /** It stays as it is, for those who come later. */
  @Override
  public void close() throws IOException {
    pages.close();
  }
}
