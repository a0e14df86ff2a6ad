package dev.ooh.image.reader;

import dev.ooh.memory.FileContents;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * How memory comes to hold a set: which stretches of files are mapped, and which pages are copied.
 *
 * <p>A mapping costs about what copying a page does, and the kernel limits how many there are. So
 * only stretches are mapped in which a file has {@code least} pages or more. One goes on where
 * fewer than {@code least} pages in a row are in other files, or in none: those are copied, or
 * zeroed, on top. There are at most as many mappings as pages divided by {@code least}.
 *
 * <pre>
 *  addresses   ├──────────────────── memory ───────────────────────┤
 *  set 1       ██████████  ████████  ██████████████    one mapping, three pages copied over it
 *  set 2                 ██        █                   copied
 *  set 3                                           ████████████████  a mapping
 * </pre>
 */
final class FillPlan implements RunSink {
  private static final int PAGE = PageSet.PAGE_SIZE;
  private static final int LEAST = 16;

  private final List<PagesFile> files = new ArrayList<>();

  /** The place of each in {@link #files}; a pagemap passes the same object for all its runs. */
  private final Map<PagesFile, Integer> indices = new IdentityHashMap<>();

  private int[] file = new int[64];
  private long[] offsets = new long[64];
  private long[] starts = new long[64];
  private long[] ends = new long[64];
  private int size;

  /** Of each run: the next one that the same mapping could hold, and the bytes of all of those. */
  private int[] next = {};

  private long[] bytes = {};

  /** Runs are added in ascending order of addresses. */
  @Override
  public void run(PagesFile from, long offset, long start, long end) {
    if (size == starts.length) {
      file = Arrays.copyOf(file, 2 * size);
      offsets = Arrays.copyOf(offsets, 2 * size);
      starts = Arrays.copyOf(starts, 2 * size);
      ends = Arrays.copyOf(ends, 2 * size);
    }
    file[size] = index(from);
    offsets[size] = offset;
    starts[size] = start;
    ends[size] = end;
    size++;
  }

  private int index(PagesFile from) {
    Integer known = indices.get(from);
    if (known != null) {
      return known;
    }
    indices.put(from, files.size());
    files.add(from);
    return files.size() - 1;
  }

  /**
   * Fills memory.
   *
   * @param shift what is added to an address of the set
   */
  void apply(FileContents.Filling filling, long shift) throws IOException {
    int most = filling.mostMappings();
    Mappings mappings = mappings(LEAST);
    for (int least = 2 * LEAST; mappings.size > most; least *= 2) {
      mappings = mappings(least);
    }
    PageSet.Builder mapped = PageSet.builder();
    for (int i = 0; i < mappings.size; i++) {
      int first = mappings.first[i];
      long start = starts[first];
      mapped.add(start, mappings.end[i]);
      filling.map(
          files.get(file[first]).path(), offsets[first], start + shift, mappings.end[i] - start);
    }
    copy(filling, shift, mappings);
    PageSet.Builder known = PageSet.builder();
    for (int run = 0; run < size; run++) {
      known.add(starts[run], ends[run]);
    }
    mapped
        .build()
        .minus(known.build())
        .forEachRun((start, end) -> filling.zero(start + shift, end - start));
  }

  /** Copies what no mapping brings, one file after another, as they are read best. */
  private void copy(FileContents.Filling filling, long shift, Mappings mappings)
      throws IOException {
    for (int run : byFile()) {
      if (!mappings.bring(run)) {
        filling.copy(
            files.get(file[run]).path(),
            offsets[run],
            starts[run] + shift,
            ends[run] - starts[run]);
      }
    }
  }

  /** The runs of each file together, ascending. */
  private int[] byFile() {
    int[] place = new int[files.size() + 1];
    for (int run = 0; run < size; run++) {
      place[file[run] + 1]++;
    }
    for (int each = 0; each < files.size(); each++) {
      place[each + 1] += place[each];
    }
    int[] order = new int[size];
    for (int run = 0; run < size; run++) {
      order[place[file[run]]++] = run;
    }
    return order;
  }

  private Mappings mappings(int least) {
    link((long) least * PAGE);
    Mappings found = new Mappings();
    int own = -1; // the run with which the last mapping goes on
    for (int run = 0; run < size; run++) {
      if (run == own) {
        found.end[found.size - 1] = ends[run];
        own = next[run];
      } else if (own < 0 && bytes[run] >= (long) least * PAGE) {
        found.begin(run);
        own = next[run];
      }
    }
    return found;
  }

  private void link(long least) {
    next = new int[size];
    bytes = new long[size];
    int[] last = new int[files.size()];
    Arrays.fill(last, -1);
    for (int run = size - 1; run >= 0; run--) {
      int after = last[file[run]];
      boolean goesOn =
          after >= 0
              && starts[after] - ends[run] < least
              && starts[after] - offsets[after] == starts[run] - offsets[run];
      next[run] = goesOn ? after : -1;
      bytes[run] = ends[run] - starts[run] + (goesOn ? bytes[after] : 0);
      last[file[run]] = run;
    }
  }

  /** Stretches that are mapped, ascending. */
  private final class Mappings {
    private int[] first = new int[16];
    private long[] end = new long[16];
    private int size;

    void begin(int run) {
      if (size == first.length) {
        first = Arrays.copyOf(first, 2 * size);
        end = Arrays.copyOf(end, 2 * size);
      }
      first[size] = run;
      end[size] = ends[run];
      size++;
    }

    /** Whether one of them holds the run's pages. */
    boolean bring(int run) {
      int found = Arrays.binarySearch(end, 0, size, starts[run]);
      int mapping = found < 0 ? -found - 1 : found + 1; // the first that ends above it
      if (mapping == size) {
        return false;
      }
      int begin = first[mapping];
      return file[run] == file[begin]
          && starts[run] >= starts[begin]
          && starts[run] - offsets[run] == starts[begin] - offsets[begin];
    }
  }
}
