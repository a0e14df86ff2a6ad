package dev.ooh.linux.userfault;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.Remedy;
import dev.ooh.linux.scan.PagemapScan;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pages that were write-protected and not drained since, and what the page tables say of them.
 * Every one of them has a mark there, holes included, until it is written or loses its entry.
 */
final class ProtectedPages implements AutoCloseable {
  private final PagemapScan scan;
  private final HugeBlocks huge;
  private PageSet pages = PageSet.empty();
  private @Nullable String unmapped;

  ProtectedPages() throws FacilityException {
    try {
      scan = new PagemapScan();
    } catch (CallException e) {
      throw new FacilityException(e, Remedy.proc(e));
    }
    huge = new HugeBlocks(scan);
  }

  /**
   * These are about to be protected.
   *
   * @return whether {@link #hugeBlocks} is another set now
   */
  boolean protecting(PageSet more) throws FacilityException {
    try {
      return huge.protecting(more);
    } catch (CallException e) {
      throw new FacilityException(e, Remedy.scan(e));
    }
  }

  /** Blocks of 2 MiB that were protected as wholes. */
  PageSet hugeBlocks() {
    return huge.blocks();
  }

  PageSet pages() {
    return pages;
  }

  void add(PageSet more) {
    pages = pages.union(more);
  }

  void remove(PageSet gone) {
    pages = pages.minus(gone);
  }

  void clear() {
    pages = PageSet.empty();
    huge.clear();
  }

  /** Takes out and returns those that are no longer protected. */
  PageSet takeUnprotected() throws FacilityException {
    try {
      PageSet unmarked = scan.unmarked(pages);
      checkMapped();
      pages = pages.minus(unmarked);
      return unmarked;
    } catch (CallException e) {
      throw new FacilityException(e, Remedy.scan(e));
    }
  }

  /** The page tables say nothing of addresses where nothing is mapped. */
  private void checkMapped() throws CallException {
    for (int run = 0; run < pages.runCount(); run++) {
      long start = pages.runStart(run);
      long end = pages.runEnd(run);
      try {
        scan.checkMapped(start, end);
      } catch (CallException e) {
        if (e.errno() != Errno.ENOMEM) {
          throw e;
        }
        unmapped =
            "a part of [0x%x, 0x%x) was unmapped or moved away, not by the address space"
                .formatted(start, end);
      }
    }
  }

  /** Why nothing is known of some of them; asking clears it. */
  Optional<String> unmapped() {
    Optional<String> reason = Optional.ofNullable(unmapped);
    unmapped = null;
    return reason;
  }

  @Override
  public void close() {
    scan.close();
  }
}
