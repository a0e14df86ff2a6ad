package dev.ooh.linux.scan;

import dev.ooh.memory.PageSet;

/**
 * Which pages have contents behind their holes, at one moment.
 *
 * @param shared pages of shared mappings
 * @param privateFiles pages of private mappings of files, those of hugetlbfs included
 */
record MappingKinds(PageSet shared, PageSet privateFiles) {

  /** Takes mappings in ascending order. */
  static final class Builder {
    private final PageSet.Builder shared = PageSet.builder();
    private final PageSet.Builder privateFiles = PageSet.builder();

    void add(long start, long end, boolean isShared, boolean isFile) {
      if (isShared) {
        shared.add(start, end);
      } else if (isFile) {
        privateFiles.add(start, end);
      }
    }

    /** What was added, clipped to {@code within}. */
    MappingKinds build(PageSet within) {
      return new MappingKinds(
          shared.build().intersect(within), privateFiles.build().intersect(within));
    }
  }
}
