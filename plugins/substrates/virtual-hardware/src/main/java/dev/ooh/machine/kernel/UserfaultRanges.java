package dev.ooh.machine.kernel;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which userfaultfd watches which addresses of a process. One at most watches a page. */
final class UserfaultRanges {
  private final TreeMap<Long, Range> ranges = new TreeMap<>();

  /** The range that was looked for last: most faults of a program are in one. */
  private @Nullable Range last;

  /** The watcher of {@code gva}. */
  @Nullable Userfault at(long gva) {
    Range range = last;
    if (range != null && gva >= range.start && gva < range.end) {
      return range.watcher;
    }
    Map.Entry<Long, Range> entry = ranges.floorEntry(gva);
    if (entry == null || gva >= entry.getValue().end) {
      return null;
    }
    last = entry.getValue();
    return last.watcher;
  }

  /**
   * Adds what of {@code [start, end)} isn't watched yet.
   *
   * @throws IllegalStateException if another one watches any of it (EBUSY)
   */
  void add(long start, long end, Userfault watcher) {
    for (Range range : in(start, end)) {
      if (range.watcher != watcher) {
        throw new IllegalStateException(
            "UFFDIO_REGISTER of 0x%x-0x%x: EBUSY, another userfaultfd watches 0x%x-0x%x"
                .formatted(start, end, range.start, range.end));
      }
    }
    last = null;
    long from = start;
    long to = end;
    for (Range range : in(start, end)) {
      from = Math.min(from, range.start);
      to = Math.max(to, range.end);
      ranges.remove(range.start);
    }
    ranges.put(from, new Range(from, to, watcher));
  }

  void remove(long start, long end) {
    last = null;
    for (Range range : in(start, end)) {
      ranges.remove(range.start);
      if (range.start < start) {
        ranges.put(range.start, new Range(range.start, start, range.watcher));
      }
      if (range.end > end) {
        ranges.put(end, new Range(end, range.end, range.watcher));
      }
    }
  }

  /**
   * Whether one leaf may map all of {@code [start, end)}: it is watched as a whole or not at all,
   * and nobody wants to fill its pages one by one.
   */
  boolean allowBlock(long start, long end) {
    return in(start, end).stream()
        .allMatch(
            range ->
                range.start <= start
                    && range.end >= end
                    && range.watcher.mode() != Userfault.Mode.MISSING);
  }

  /** The ranges of one watcher, ascending. */
  List<Range> of(Userfault watcher) {
    return ranges.values().stream().filter(range -> range.watcher == watcher).toList();
  }

  private List<Range> in(long start, long end) {
    Long first = ranges.floorKey(start);
    return ranges.subMap(first == null ? start : first, end).values().stream()
        .filter(range -> range.end > start)
        .toList();
  }

  /** {@code [start, end)}, watched. */
  record Range(long start, long end, Userfault watcher) {}
}
