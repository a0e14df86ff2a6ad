package dev.ooh.image.reader;

import dev.ooh.image.ImageException;
import dev.ooh.image.compression.BlockSizes;
import dev.ooh.image.input.CheckedFiles;
import dev.ooh.image.input.RegularFile;
import dev.ooh.image.message.CriuMessages;
import dev.ooh.image.message.Entries;
import dev.ooh.image.message.ImageType;
import dev.ooh.image.message.ListedFile;
import dev.ooh.image.message.PagemapRuns;
import dev.ooh.image.message.SetFiles;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** A pagemap that was read, with where in the pages file each entry's pages begin. */
final class Pagemap {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final long HIGHEST_PAGE = Long.MAX_VALUE / PAGE;

  private final Path file;

  /** Null as long as no entry says where its blocks are. */
  private @Nullable BlockTable blocks;

  private PagesFile pagesFile;
  private final BitSet inParent = new BitSet();
  private long[] starts = new long[16];
  private long[] ends = new long[16];
  private long[] offsets = new long[16];
  private int size;
  private long presentBytes;

  private Pagemap(Path file, Path pagesFile) {
    this.file = file;
    this.pagesFile = PagesFile.plain(pagesFile);
  }

  static Pagemap parse(CheckedFiles files, String name) throws IOException {
    Path file = files.path(name);
    Entries in = Entries.open(file, files.pagemapBytes(name), ImageType.PAGEMAP);
    CriuMessages.PagemapHead head =
        in.next("pagemap_head", CriuMessages.PagemapHead.parser()).message();
    String pagesName = SetFiles.pages(head.getPagesId());
    Pagemap pagemap = new Pagemap(file, files.path(pagesName));
    PagemapRuns runs = new PagemapRuns(in);
    while (runs.hasNext()) {
      runs.next();
      pagemap.add(runs);
    }
    pagemap.pagesFile = new PagesFile(pagemap.pagesFile.path(), pagemap.blocks);
    // A page server gives the file a number of its own: CRIU's begins at 65537.
    pagemap.checkLength(
        files.listed(files.lists(name) ? pagesName : SetFiles.pages(SetFiles.PAGES_ID)));
    return pagemap;
  }

  private void add(PagemapRuns run) throws ImageException {
    long start = run.start();
    long count = run.count();
    long last = size == 0 ? 0 : ends[size - 1];
    if (start < last || start % PAGE != 0 || count < 1 || count > HIGHEST_PAGE - start / PAGE) {
      throw new ImageException(
          file,
          "entry of %d pages at 0x%x".formatted(count, start),
          "pages from 0x%x on".formatted(last));
    }
    if (size == starts.length) {
      starts = Arrays.copyOf(starts, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
      offsets = Arrays.copyOf(offsets, 2 * size);
    }
    starts[size] = start;
    ends[size] = start + count * PAGE;
    offsets[size] = presentBytes;
    if (run.isInParent()) {
      inParent.set(size);
    } else {
      addBlocks(start, count, run.blocks());
      presentBytes += count * PAGE;
    }
    size++;
  }

  /** All entries of a file have blocks, or none has. */
  private void addBlocks(long start, long pageCount, CriuMessages.@Nullable PagemapBlocks said)
      throws ImageException {
    if (presentBytes > 0 && (said == null) != (blocks == null)) {
      throw wrong(start, said == null ? "no blocks" : "blocks", "the same as of those before");
    }
    if (said == null) {
      return;
    }
    BlockTable table = blocks == null ? new BlockTable() : blocks;
    blocks = table;
    int pagesPerBlock = said.getPagesPerBlock();
    if (pagesPerBlock < 1 || pagesPerBlock > BlockSizes.MOST_PAGES) {
      throw wrong(
          start,
          "blocks of %s pages".formatted(Integer.toUnsignedString(pagesPerBlock)),
          "1 to " + BlockSizes.MOST_PAGES);
    }
    long count = BlockSizes.count(pageCount, pagesPerBlock);
    if (said.getBlockSizesCount() != count) {
      throw wrong(start, said.getBlockSizesCount() + " blocks", count + " of them");
    }
    if (said.getBlockDigestsCount() != count) {
      throw wrong(start, said.getBlockDigestsCount() + " digests of blocks", "" + count);
    }
    long total = 0;
    for (int block = 0; block < count; block++) {
      int length = BlockSizes.bytes(pageCount - (long) block * pagesPerBlock, pagesPerBlock);
      int stored = said.getBlockSizes(block);
      if (stored < 0 || stored > length) {
        throw wrong(
            start,
            "a block of %s bytes".formatted(Integer.toUnsignedString(stored)),
            length + " at most");
      }
      table.add(length, stored, said.getBlockDigests(block));
      total += stored;
    }
    if (said.getTotalPayloadSize() != total) {
      throw wrong(
          start,
          Long.toUnsignedString(said.getTotalPayloadSize()) + " bytes in all",
          total + ", as its blocks have");
    }
  }

  private ImageException wrong(long start, String found, String wanted) {
    return new ImageException(file, "entry at 0x%x with %s".formatted(start, found), wanted);
  }

  private void checkLength(ListedFile listed) throws IOException {
    long wanted = storedBytes();
    if (listed.bytes() != wanted) {
      throw new ImageException(
          file, wanted + " bytes of present pages", listed.bytes() + " as listed");
    }
    Path pages = pagesFile.path();
    long found = RegularFile.length(pages, wanted + " bytes of pages");
    if (found != wanted) {
      throw new ImageException(pages, Math.min(found, wanted), found + " bytes", wanted + " bytes");
    }
  }

  Path file() {
    return file;
  }

  PagesFile pagesFile() {
    return pagesFile;
  }

  boolean isCompressed() {
    return blocks != null;
  }

  /** Bytes of the pages file. */
  private long storedBytes() {
    return blocks == null ? presentBytes : blocks.stored();
  }

  int size() {
    return size;
  }

  long start(int entry) {
    return starts[entry];
  }

  long end(int entry) {
    return ends[entry];
  }

  boolean isInParent(int entry) {
    return inParent.get(entry);
  }

  /**
   * Where the entry's pages are in the pages file, as if it were not compressed; only of entries
   * that are present.
   */
  long offset(int entry) {
    return offsets[entry];
  }

  long presentBytes() {
    return presentBytes;
  }

  boolean hasParentPages() {
    return !inParent.isEmpty();
  }

  /** The first entry that ends above {@code address}. */
  int indexFrom(long address) {
    int low = 0;
    int high = size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (end(middle) <= address) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  PageSet pages() {
    return pages(_ -> true);
  }

  /** Those in the set's own pages file. */
  PageSet present() {
    return pages(entry -> !isInParent(entry));
  }

  /** Those that are left to the parent set. */
  PageSet inParent() {
    return pages(this::isInParent);
  }

  private PageSet pages(IntPredicate entries) {
    PageSet.Builder pages = PageSet.builder();
    for (int i = 0; i < size(); i++) {
      if (entries.test(i)) {
        pages.add(start(i), end(i));
      }
    }
    return pages.build();
  }
}
