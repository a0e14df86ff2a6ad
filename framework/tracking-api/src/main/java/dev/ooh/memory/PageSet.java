package dev.ooh.memory;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * An immutable set of memory, kept as sorted, disjoint, non-adjacent runs of addresses.
 *
 * <p>Run <i>i</i> is {@code [runStart(i), runEnd(i))}. Bounds are usually multiples of {@link
 * #PAGE_SIZE}; a technique with finer cards may report finer runs. Cost and size are proportional
 * to the number of runs, not of pages: a whole gigabyte is one run. Safe for any thread.
 */
public final class PageSet {
  /** Bytes of a page: 4 KiB, the granularity of every hardware technique. */
  public static final int PAGE_SIZE = 4096;

  private static final long UNCOUNTED = -1;
  private static final PageSet EMPTY = new PageSet(new long[0], 0);

  /** start0, end0, start1, end1, …; only the first {@code length} elements count. */
  private final long[] bounds;

  private final int length;

  /** Distinct pages, where all runs are known to be of whole ones; else {@link #UNCOUNTED}. */
  private final long pages;

  private PageSet(long[] bounds, int length) {
    this(bounds, length, UNCOUNTED);
  }

  private PageSet(long[] bounds, int length, long pages) {
    this.bounds = bounds;
    this.length = length;
    this.pages = pages;
  }

  public static PageSet empty() {
    return EMPTY;
  }

  /** The single run {@code [start, end)}; empty when both are equal. */
  public static PageSet of(long start, long end) {
    checkRun(start, end);
    return start == end ? EMPTY : new PageSet(new long[] {start, end}, 2);
  }

  /**
   * The pages that hold the first {@code count} of {@code addresses}, which may come in any order
   * and more than once. The caller gives the array away.
   */
  public static PageSet ofPages(long[] addresses, int count) {
    boolean sorted = true;
    long last = -1;
    for (int i = 0; i < count; i++) {
      sorted &= addresses[i] >= last;
      last = addresses[i];
    }
    if (!sorted) {
      Arrays.sort(addresses, 0, count);
    }
    if (count > 0 && addresses[0] < 0) {
      throw new IllegalArgumentException(
          "address is 0x%x, wanted 0 or more".formatted(addresses[0]));
    }
    long[] bounds = new long[2 * count];
    int n = 0;
    for (int i = 0; i < count; i++) {
      long page = addresses[i] & -PAGE_SIZE;
      if (n > 0 && page <= bounds[n - 1]) {
        bounds[n - 1] = page + PAGE_SIZE;
      } else {
        bounds[n++] = page;
        bounds[n++] = page + PAGE_SIZE;
      }
    }
    return n == 0 ? EMPTY : new PageSet(bounds, n);
  }

  public static Builder builder() {
    return new Builder();
  }

  public boolean isEmpty() {
    return length == 0;
  }

  public int runCount() {
    return length / 2;
  }

  public long runStart(int run) {
    return bounds[2 * checkIndex(run)];
  }

  public long runEnd(int run) {
    return bounds[2 * checkIndex(run) + 1];
  }

  /** The number of bytes in all runs. */
  public long bytes() {
    long sum = 0;
    for (int i = 0; i < length; i += 2) {
      sum += bounds[i + 1] - bounds[i];
    }
    return sum;
  }

  /** The number of distinct pages that the runs touch. */
  public long pageCount() {
    if (pages != UNCOUNTED) {
      return pages;
    }
    long sum = 0;
    long next = 0;
    for (int i = 0; i < length; i += 2) {
      long first = Math.max(next, bounds[i] / PAGE_SIZE);
      next = (bounds[i + 1] + PAGE_SIZE - 1) / PAGE_SIZE;
      sum += Math.max(0, next - first);
    }
    return sum;
  }

  public boolean contains(long address) {
    int lo = 0;
    int hi = length / 2 - 1;
    while (lo <= hi) {
      int mid = (lo + hi) >>> 1;
      if (address < bounds[2 * mid]) {
        hi = mid - 1;
      } else if (address >= bounds[2 * mid + 1]) {
        lo = mid + 1;
      } else {
        return true;
      }
    }
    return false;
  }

  public boolean containsAll(PageSet other) {
    int i = 0;
    for (int j = 0; j < other.length; j += 2) {
      while (i < length && bounds[i + 1] <= other.bounds[j]) {
        i += 2;
      }
      if (i == length || other.bounds[j] < bounds[i] || other.bounds[j + 1] > bounds[i + 1]) {
        return false;
      }
    }
    return true;
  }

  public boolean intersects(PageSet other) {
    int i = 0;
    int j = 0;
    while (i < length && j < other.length) {
      if (bounds[i + 1] <= other.bounds[j]) {
        i += 2;
      } else if (other.bounds[j + 1] <= bounds[i]) {
        j += 2;
      } else {
        return true;
      }
    }
    return false;
  }

  public PageSet union(PageSet other) {
    if (isEmpty() || this == other) {
      return other;
    }
    if (other.isEmpty() || (length == 2 && covers(this, other))) {
      return this;
    }
    if (other.length == 2 && covers(other, this)) {
      return other;
    }
    long[] out = new long[length + other.length];
    int n = 0;
    int i = 0;
    int j = 0;
    while (i < length || j < other.length) {
      boolean mine = j == other.length || (i < length && bounds[i] <= other.bounds[j]);
      long start = mine ? bounds[i] : other.bounds[j];
      long end = mine ? bounds[i + 1] : other.bounds[j + 1];
      if (mine) {
        i += 2;
      } else {
        j += 2;
      }
      if (n > 0 && start <= out[n - 1]) {
        out[n - 1] = Math.max(out[n - 1], end);
      } else {
        out[n++] = start;
        out[n++] = end;
      }
    }
    return new PageSet(out, n);
  }

  public PageSet intersect(PageSet other) {
    if (isEmpty() || other.isEmpty()) {
      return EMPTY;
    }
    if (other.length == 2 && covers(other, this)) {
      return this;
    }
    if (length == 2 && covers(this, other)) {
      return other;
    }
    long[] out = new long[length + other.length];
    int n = 0;
    int i = 0;
    int j = 0;
    while (i < length && j < other.length) {
      long start = Math.max(bounds[i], other.bounds[j]);
      long end = Math.min(bounds[i + 1], other.bounds[j + 1]);
      if (start < end) {
        out[n++] = start;
        out[n++] = end;
      }
      if (bounds[i + 1] <= other.bounds[j + 1]) {
        i += 2;
      } else {
        j += 2;
      }
    }
    return n == 0 ? EMPTY : new PageSet(out, n);
  }

  /** What is in this set and not in {@code other}. */
  public PageSet minus(PageSet other) {
    if (isEmpty() || other.isEmpty()) {
      return this;
    }
    if (other.length == 2 && covers(other, this)) {
      return EMPTY;
    }
    long[] out = new long[length + other.length];
    int n = 0;
    int j = 0;
    for (int i = 0; i < length; i += 2) {
      long start = bounds[i];
      long end = bounds[i + 1];
      while (j < other.length && other.bounds[j + 1] <= start) {
        j += 2;
      }
      int k = j;
      while (k < other.length && other.bounds[k] < end) {
        if (start < other.bounds[k]) {
          out[n++] = start;
          out[n++] = other.bounds[k];
        }
        start = other.bounds[k + 1];
        k += 2;
      }
      if (start < end) {
        out[n++] = start;
        out[n++] = end;
      }
    }
    return n == 0 ? EMPTY : new PageSet(out, n);
  }

  /** The pages that the runs touch, whole: for whoever can't use finer runs. */
  public PageSet wholePages() {
    if (pages != UNCOUNTED) {
      return this;
    }
    long bits = 0;
    for (int i = 0; i < length; i++) {
      bits |= bounds[i];
    }
    if ((bits & (PAGE_SIZE - 1)) == 0) {
      return this;
    }
    long[] out = new long[length];
    int n = 0;
    for (int i = 0; i < length; i += 2) {
      long start = bounds[i] & -PAGE_SIZE;
      if (n == 0 || start > out[n - 1]) {
        out[n] = start;
        n += 2;
      }
      out[n - 1] = (bounds[i + 1] + PAGE_SIZE - 1) & -PAGE_SIZE;
    }
    return new PageSet(out, n);
  }

  /** Calls back once a run, in ascending order. */
  public void forEachRun(RunConsumer action) {
    for (int i = 0; i < length; i += 2) {
      action.accept(bounds[i], bounds[i + 1]);
    }
  }

  /** Calls back with the first address of each distinct page touched, in ascending order. */
  public void forEachPage(LongConsumer action) {
    long next = 0;
    for (int i = 0; i < length; i += 2) {
      long page = Math.max(next, bounds[i] & -PAGE_SIZE);
      for (; page < bounds[i + 1]; page += PAGE_SIZE) {
        action.accept(page);
      }
      next = page;
    }
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof PageSet other
        && Arrays.equals(bounds, 0, length, other.bounds, 0, other.length);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + Long.hashCode(bounds[i]);
    }
    return hash;
  }

  /** The number of pages and the first runs, for messages. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder().append(pageCount()).append(" pages {");
    for (int i = 0; i < length && i < 8; i += 2) {
      text.append(i == 0 ? "" : ", ").append("0x%x-0x%x".formatted(bounds[i], bounds[i + 1]));
    }
    return text.append(length > 8 ? ", …}" : "}").toString();
  }

  private static boolean covers(PageSet one, PageSet many) {
    return one.bounds[0] <= many.bounds[0] && many.bounds[many.length - 1] <= one.bounds[1];
  }

  private int checkIndex(int run) {
    if (run < 0 || 2 * run >= length) {
      throw new IndexOutOfBoundsException("run " + run + " of " + length / 2);
    }
    return run;
  }

  private static void checkRun(long start, long end) {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException(
          "run is [0x%x, 0x%x), wanted 0 <= start <= end".formatted(start, end));
    }
  }

  /** Receives one run {@code [start, end)}. */
  @FunctionalInterface
  public interface RunConsumer {
    void accept(long start, long end);
  }

  /**
   * Collects runs in any order, overlaps and repeats included; cheapest in ascending order, where
   * nothing is looked at twice. Not for several threads.
   */
  public static final class Builder {
    private static final int LEAST = 32;

    private long[] bounds = new long[LEAST];
    private int length;
    private boolean sorted = true;

    // Of the sorted runs so far.
    private long lastEnd = -1;
    private long bytes;
    private long allBits;

    private Builder() {}

    public Builder add(long start, long end) {
      checkRun(start, end);
      if (start == end) {
        return this;
      }
      allBits |= start | end;
      if (start > lastEnd) {
        reserve(2);
        append(start, end);
        bytes += end - start;
        lastEnd = end;
      } else if (sorted && start >= bounds[length - 2]) {
        bytes += Math.max(0, end - lastEnd);
        lastEnd = Math.max(lastEnd, end);
        bounds[length - 1] = lastEnd;
      } else {
        sorted = false;
        reserve(2);
        append(start, end);
      }
      return this;
    }

    /**
     * Adds many runs at once, as system calls answer: run <i>i</i> is from {@code words[i *
     * stride]} to {@code words[i * stride + 1]}.
     *
     * @param stride words from one run to the next, 2 or more
     * @throws IllegalArgumentException if a run is empty, negative, or begins before the end of the
     *     one before it
     */
    public Builder addAscending(long[] words, int stride, int count) {
      reserve(2 * count);
      // Locals, so that the loop stores nothing but bounds.
      long[] to = bounds;
      int at = length;
      long last = lastEnd;
      long sum = bytes;
      long bits = allBits;
      for (int i = 0, from = 0; i < count; i++, from += stride) {
        long start = words[from];
        long end = words[from + 1];
        if (start < last || end <= start || start < 0) {
          throw new IllegalArgumentException(
              "run %d is [0x%x, 0x%x), wanted a non-empty run from 0x%x on"
                  .formatted(i, start, end, Math.max(last, 0)));
        }
        bits |= start | end;
        sum += end - start;
        if (start == last) {
          to[at - 1] = end;
        } else {
          to[at] = start;
          to[at + 1] = end;
          at += 2;
        }
        last = end;
      }
      length = at;
      lastEnd = last;
      bytes = sum;
      allBits = bits;
      return this;
    }

    private void append(long start, long end) {
      bounds[length] = start;
      bounds[length + 1] = end;
      length += 2;
    }

    private void reserve(int more) {
      if (length + more > bounds.length) {
        bounds = Arrays.copyOf(bounds, Math.max(bounds.length + bounds.length / 2, length + more));
      }
    }

    /** Adds the page that holds {@code address}. */
    public Builder addPage(long address) {
      long page = address & -PAGE_SIZE;
      return add(page, page + PAGE_SIZE);
    }

    public Builder addAll(PageSet set) {
      for (int i = 0; i < set.length; i += 2) {
        add(set.bounds[i], set.bounds[i + 1]);
      }
      return this;
    }

    /** Builds the set; the builder is empty afterwards. */
    public PageSet build() {
      PageSet result = length == 0 ? EMPTY : sorted ? inOrder() : merged();
      clear();
      return result;
    }

    /** A large array that is nearly full is given away rather than copied. */
    private PageSet inOrder() {
      long count = (allBits & (PAGE_SIZE - 1)) == 0 ? bytes / PAGE_SIZE : UNCOUNTED;
      if (length < LEAST || length < bounds.length - bounds.length / 4) {
        return new PageSet(Arrays.copyOf(bounds, length), length, count);
      }
      PageSet result = new PageSet(bounds, length, count);
      bounds = new long[Math.max(LEAST, length + length / 8 & -2)];
      return result;
    }

    /**
     * The union's bounds are where the number of open runs leaves and reaches zero, so starts and
     * ends can be sorted apart.
     */
    private PageSet merged() {
      int count = length / 2;
      long[] starts = new long[count];
      long[] ends = new long[count];
      for (int i = 0; i < count; i++) {
        starts[i] = bounds[2 * i];
        ends[i] = bounds[2 * i + 1];
      }
      Arrays.sort(starts);
      Arrays.sort(ends);
      long[] out = new long[length];
      int n = 0;
      for (int i = 0; i < count; ) {
        int last = i;
        while (last + 1 < count && starts[last + 1] <= ends[last]) {
          last++;
        }
        out[n++] = starts[i];
        out[n++] = ends[last];
        i = last + 1;
      }
      return new PageSet(out, n);
    }

    /** Forgets what was added. */
    public Builder clear() {
      length = 0;
      sorted = true;
      lastEnd = -1;
      bytes = 0;
      allBits = 0;
      return this;
    }
  }
}
