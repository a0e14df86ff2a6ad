package dev.ooh.gc.plan;

import dev.ooh.memory.PageSet;

/**
 * What a pause leaves to be traced beside the program: from old objects on changed pages, then from
 * roots. A part at a time, by one thread at a time.
 */
final class PartialTrace {
  static final PartialTrace NOTHING = new PartialTrace(new long[0], PageSet.empty());

  /** Changed pages searched in one go, and as how much tracing of one that counts. */
  private static final int PAGES_AT_ONCE = 64;

  private static final long BYTES_A_PAGE = PageSet.PAGE_SIZE / 4;

  private final long[] roots;
  private final PageSet changed;
  private int nextRoot;
  private int run;

  /** Where in the run of changed pages the search goes on; 0 for at its start. */
  private long from;

  PartialTrace(long[] roots, PageSet changed) {
    this.roots = roots;
    this.changed = changed;
  }

  PageSet changed() {
    return changed;
  }

  /** Of {@link #changed}, what was not searched yet. */
  PageSet rest() {
    PageSet.Builder rest = PageSet.builder();
    for (int left = run; left < changed.runCount(); left++) {
      long start = changed.runStart(left);
      rest.add(left == run ? Math.max(from, start) : start, changed.runEnd(left));
    }
    return rest.build();
  }

  /**
   * Traces some of it.
   *
   * @param bytes how much to read, and at most a batch more: a batch is some thousand objects
   *     without headers, or with them as many as have some thousand slots; of longer arrays and of
   *     conservative objects a part; or some pages
   * @return false when nothing is left
   */
  boolean step(CyclePauses pauses, Marker marker, long bytes) {
    marker.refresh();
    long end = marker.readBytes() + bytes;
    while (marker.readBytes() < end) {
      if (marker.drainBatch()) {
        continue;
      }
      if (run < changed.runCount()) {
        end -= BYTES_A_PAGE * searchSome(pauses, marker);
      } else if (nextRoot < roots.length) {
        marker.visit(roots[nextRoot++]);
        end -= Long.BYTES;
      } else {
        return false;
      }
    }
    return true;
  }

  /** Returns how many pages it searched. */
  private long searchSome(CyclePauses pauses, Marker marker) {
    long start = Math.max(from, changed.runStart(run));
    long behind = Math.min(changed.runEnd(run), start + PAGES_AT_ONCE * PageSet.PAGE_SIZE);
    pauses.visitChanged(start, behind, marker);
    marker.price();
    if (behind == changed.runEnd(run)) {
      run++;
      from = 0;
    } else {
      from = behind;
    }
    return (behind - start) / PageSet.PAGE_SIZE;
  }
}
