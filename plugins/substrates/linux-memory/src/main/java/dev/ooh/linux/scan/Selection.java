package dev.ooh.linux.scan;

import static dev.ooh.linux.layout.PmScanArg.PAGE_IS_FILE;
import static dev.ooh.linux.layout.PmScanArg.PAGE_IS_HUGE;
import static dev.ooh.linux.layout.PmScanArg.PAGE_IS_PFNZERO;
import static dev.ooh.linux.layout.PmScanArg.PAGE_IS_PRESENT;
import static dev.ooh.linux.layout.PmScanArg.PAGE_IS_SWAPPED;
import static dev.ooh.linux.layout.PmScanArg.PAGE_IS_WRITTEN;

import dev.ooh.linux.layout.PageRegion;
import dev.ooh.linux.layout.PmScanArg;
import dev.ooh.memory.PageSet;
import java.lang.foreign.MemorySegment;

/**
 * What a scan looks at and what of it counts. A page is <i>unmarked</i> when nothing in the page
 * table says that it is write-protected: it was written, never protected, or lost its entry.
 */
enum Selection {
  /**
   * Whatever is unmarked, holes and zero pages included. With exactly these masks the kernel takes
   * its fast path, which costs less than half of the others (fs/proc/task_mmu.c, {@code
   * pagemap_scan_pmd_entry}).
   */
  UNMARKED(0, PAGE_IS_WRITTEN, 0, PAGE_IS_WRITTEN, 0, 0),

  /** Unmarked pages that have contents. Looks at nothing else, so nothing else is protected. */
  UNMARKED_CONTENTS(
      PAGE_IS_PFNZERO,
      PAGE_IS_WRITTEN | PAGE_IS_PFNZERO,
      PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
      PAGE_IS_WRITTEN,
      0,
      0),

  /** Looks at whatever is unmarked, so that all of it is protected; contents alone count. */
  UNMARKED_CONTENTS_AND_HOLES(
      0,
      PAGE_IS_WRITTEN,
      0,
      PAGE_IS_PRESENT | PAGE_IS_SWAPPED | PAGE_IS_PFNZERO,
      PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
      PAGE_IS_PFNZERO),

  /** Whatever the kernel walks over, holes included: all that is mapped but device memory. */
  WALKED(0, 0, 0, 0, 0, 0),

  /** Parts of huge pages that are in one piece. */
  HUGE(0, PAGE_IS_HUGE, 0, PAGE_IS_HUGE, 0, 0),

  /** In memory, and not its file's: a copy that this process made by writing. */
  COPIES(PAGE_IS_FILE, PAGE_IS_PRESENT | PAGE_IS_FILE, 0, 0, 0, 0),

  /**
   * As {@link #COPIES}, and those that are out in swap without a mark: with one, they can't be told
   * from holes.
   */
  COPIES_AND_SWAPPED(
      PAGE_IS_FILE,
      PAGE_IS_FILE,
      PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
      PAGE_IS_PRESENT | PAGE_IS_WRITTEN,
      PAGE_IS_PRESENT | PAGE_IS_WRITTEN,
      0),

  /** In memory, neither a file's nor the page of zeros that all share: written once. */
  OWN(PAGE_IS_FILE | PAGE_IS_PFNZERO, PAGE_IS_PRESENT | PAGE_IS_FILE | PAGE_IS_PFNZERO, 0, 0, 0, 0),

  /** As {@link #OWN}, or out in swap, as a protected hole seems to be. */
  OWN_OR_SWAPPED(
      PAGE_IS_FILE | PAGE_IS_PFNZERO,
      PAGE_IS_FILE | PAGE_IS_PFNZERO,
      PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
      0,
      0,
      0);

  private final long inverted;
  private final long mask;
  private final long anyOf;
  private final long returned;

  // Of the answer's regions, where not all count.
  private final long countAny;
  private final long countNone;

  Selection(long inverted, long mask, long anyOf, long returned, long countAny, long countNone) {
    this.inverted = inverted;
    this.mask = mask;
    this.anyOf = anyOf;
    this.returned = returned;
    this.countAny = countAny;
    this.countNone = countNone;
  }

  void select(MemorySegment argument, MemorySegment vector, int length) {
    PmScanArg.select(argument, inverted, mask, anyOf, returned, vector, length);
  }

  /** Adds what counts of the first {@code count} regions; {@code words} is overwritten. */
  void addTo(PageSet.Builder found, MemorySegment vector, int count, long[] words) {
    if (countAny == 0) {
      PageRegion.addTo(found, vector, count, words);
    } else {
      PageRegion.addTo(found, vector, count, words, countAny, countNone);
    }
  }
}
