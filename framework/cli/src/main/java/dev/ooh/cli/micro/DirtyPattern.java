package dev.ooh.cli.micro;

import dev.ooh.memory.PageSet;

/**
 * Which pages of the array a pass stores to: a percentage of them, spread evenly, and others in
 * each pass when not all are.
 *
 * @param pages pages of the array
 * @param percent above 0, up to 100
 */
record DirtyPattern(long pages, double percent) {

  /** Whether pass {@code pass} stores to page {@code page}. */
  boolean writes(long page, int pass) {
    long turned = (page + pass * 7L) % pages;
    return share(turned + 1) > share(turned);
  }

  private long share(long firstPages) {
    return (long) Math.ceil(firstPages * percent / 100 - 1e-9);
  }

  /** The pages that pass {@code pass} stores to, of an array at {@code start}. */
  PageSet written(long start, int pass) {
    if (percent == 100) {
      return PageSet.of(start, start + pages * PageSet.PAGE_SIZE);
    }
    PageSet.Builder written = PageSet.builder();
    for (long page = 0; page < pages; page++) {
      if (writes(page, pass)) {
        written.addPage(start + page * PageSet.PAGE_SIZE);
      }
    }
    return written.build();
  }
}
