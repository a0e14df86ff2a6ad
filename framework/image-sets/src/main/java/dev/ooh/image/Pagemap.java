package dev.ooh.image;

import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A pagemap that was read, with where in the pages file each entry's pages begin. */
final class Pagemap {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final long HIGHEST_PAGE = Long.MAX_VALUE / PAGE;

  private final Path file;
  private final Path pagesFile;
  private final List<PagemapEntry> entries;
  private final long[] offsets;
  private final long presentBytes;
  private final boolean parentPages;

  private Pagemap(Path file, Path pagesFile, List<PagemapEntry> entries) {
    this.file = file;
    this.pagesFile = pagesFile;
    this.entries = entries;
    this.offsets = new long[entries.size()];
    long offset = 0;
    boolean inParent = false;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = offset;
      offset += entries.get(i).inParent() ? 0 : entries.get(i).pages() * PAGE;
      inParent |= entries.get(i).inParent();
    }
    this.presentBytes = offset;
    this.parentPages = inParent;
  }

  static Pagemap parse(CheckedFiles files, String name) throws IOException {
    Path file = files.path(name);
    Framing in = Framing.open(file, files.bytes(name), ImageType.PAGEMAP);
    PagemapHead head = in.next("pagemap_head", PagemapHead::parse);
    List<PagemapEntry> entries = new ArrayList<>();
    long last = 0;
    while (in.hasNext()) {
      PagemapEntry entry = in.next("pagemap_entry", PagemapEntry::parse);
      if (entry.address() < last
          || entry.address() % PAGE != 0
          || entry.pages() < 1
          || entry.pages() > HIGHEST_PAGE - entry.address() / PAGE) {
        throw new ImageException(
            file,
            "entry of %d pages at 0x%x".formatted(entry.pages(), entry.address()),
            "pages from 0x%x on".formatted(last));
      }
      last = entry.address() + entry.pages() * PAGE;
      entries.add(entry);
    }
    String pagesName = "pages-" + head.pagesId() + ".img";
    Pagemap pagemap = new Pagemap(file, files.path(pagesName), entries);
    pagemap.checkLength(files.listed(pagesName));
    return pagemap;
  }

  private void checkLength(ListedFile listed) throws IOException {
    if (listed.bytes() != presentBytes) {
      throw new ImageException(
          file, presentBytes + " bytes of present pages", listed.bytes() + " as listed");
    }
    long found = Files.exists(pagesFile) ? Files.size(pagesFile) : 0;
    if (found != presentBytes) {
      throw new ImageException(
          pagesFile, Math.min(found, presentBytes), found + " bytes", presentBytes + " bytes");
    }
  }

  Path file() {
    return file;
  }

  Path pagesFile() {
    return pagesFile;
  }

  int size() {
    return offsets.length;
  }

  long start(int entry) {
    return entries.get(entry).address();
  }

  long end(int entry) {
    return start(entry) + entries.get(entry).pages() * PAGE;
  }

  boolean isInParent(int entry) {
    return entries.get(entry).inParent();
  }

  /** Where the entry's pages are in the pages file; only of entries that are present. */
  long offset(int entry) {
    return offsets[entry];
  }

  long presentBytes() {
    return presentBytes;
  }

  boolean hasParentPages() {
    return parentPages;
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
    PageSet.Builder pages = PageSet.builder();
    for (int i = 0; i < size(); i++) {
      pages.add(start(i), end(i));
    }
    return pages.build();
  }
}
