package dev.ooh.linux.monitor;

import dev.ooh.memory.PageSet;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts what a monitor is asked to do into parts, each of which it can answer in time: one call of
 * the kernel for each run, some microseconds for each 4 KiB page of it.
 */
final class RequestParts {
  private RequestParts() {}

  /**
   * In order. Runs are cut where a {@linkplain FaultHandler#BLOCK block} ends, or not at all.
   *
   * @param mostRuns of a part; positive
   * @param mostBytes of a part; a positive multiple of a block, or more than there are
   * @return one part at least, which may be empty
   */
  static List<PageSet> of(PageSet ranges, int mostRuns, long mostBytes) {
    if (ranges.runCount() <= mostRuns && ranges.bytes() <= mostBytes) {
      return List.of(ranges);
    }
    List<PageSet> parts = new ArrayList<>();
    PageSet.Builder part = PageSet.builder();
    int runs = 0;
    long bytes = 0;
    for (int run = 0; run < ranges.runCount(); run++) {
      long end = ranges.runEnd(run);
      for (long start = ranges.runStart(run); start < end; ) {
        long room = mostBytes - bytes;
        long next = end - start <= room ? end : (start + room) & -FaultHandler.BLOCK;
        if (runs == mostRuns || next <= start) {
          parts.add(part.build());
          part = PageSet.builder();
          runs = 0;
          bytes = 0;
        } else {
          part.add(start, next);
          runs++;
          bytes += next - start;
          start = next;
        }
      }
    }
    parts.add(part.build());
    return parts;
  }
}
