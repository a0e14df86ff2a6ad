package dev.ooh.linux.userfault;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.scan.PagemapScan;
import dev.ooh.memory.PageSet;

/**
 * The huge pages that were protected as wholes and may still be: aligned blocks of 2 MiB, each
 * mapped by one entry, which holds one mark for all of it. Protecting a part of one splits it.
 */
final class HugeBlocks {
  private static final long BLOCK = 2L << 20;

  private final PagemapScan scan;
  private PageSet blocks = PageSet.empty();

  HugeBlocks(PagemapScan scan) {
    this.scan = scan;
  }

  /**
   * These pages are about to be protected.
   *
   * @return whether {@link #blocks} is another one now
   */
  boolean protecting(PageSet pages) throws CallException {
    PageSet before = blocks;
    if (!blocks.isEmpty()) {
      blocks = blocks.minus(touching(pages));
    }
    PageSet candidates = within(pages);
    if (!candidates.isEmpty()) {
      blocks = blocks.union(within(scan.hugePages(candidates)));
    }
    return !blocks.equals(before);
  }

  PageSet blocks() {
    return blocks;
  }

  void clear() {
    blocks = PageSet.empty();
  }

  private static PageSet within(PageSet pages) {
    PageSet.Builder found = PageSet.builder();
    pages.forEachRun(
        (start, end) -> {
          long first = start + BLOCK - 1 & -BLOCK;
          if (first < (end & -BLOCK)) {
            found.add(first, end & -BLOCK);
          }
        });
    return found.build();
  }

  private static PageSet touching(PageSet pages) {
    PageSet.Builder found = PageSet.builder();
    pages.forEachRun((start, end) -> found.add(start & -BLOCK, end + BLOCK - 1 & -BLOCK));
    return found.build();
  }
}
