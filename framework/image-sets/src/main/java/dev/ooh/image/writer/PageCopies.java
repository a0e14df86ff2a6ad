package dev.ooh.image.writer;

import dev.ooh.image.DirectPageReader;
import dev.ooh.image.PageReader;
import dev.ooh.memory.PageSet;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies of pages in the Java heap, made so that a program need not stand still until its pages are
 * in a file. Grows as it is used, up to a limit. For one thread.
 *
 * <p>Each call of {@link #copy} appends; of a page that was copied twice the newer copy counts.
 */
final class PageCopies implements DirectPageReader {
  private static final int PAGE = PageSet.PAGE_SIZE;

  /** Small enough that no garbage collector gives an array regions of its own. */
  private static final int PAGES_A_CHUNK = 64;

  private final long mostPages;
  private final List<byte[]> chunks = new ArrayList<>();
  private final List<Batch> batches = new ArrayList<>();
  private PageSet current = PageSet.empty();
  private long used;

  /**
   * @param mostBytes of copies
   */
  PageCopies(long mostBytes) {
    mostPages = mostBytes / PAGE;
  }

  /** The pages whose copies are as memory was when it was last asked. */
  PageSet current() {
    return current;
  }

  /** Copies of {@code pages} don't count any more. */
  void changed(PageSet pages) {
    current = current.minus(pages);
  }

  /**
   * Copies {@code pages}.
   *
   * @return false if there is no room for all of them; nothing was copied then
   */
  boolean copy(PageSet pages, PageReader memory) {
    if (pages.pageCount() > mostPages - used) {
      return false;
    }
    batches.add(new Batch(pages, used));
    for (int run = 0; run < pages.runCount(); run++) {
      long address = pages.runStart(run);
      while (address < pages.runEnd(run)) {
        int slot = (int) (used % PAGES_A_CHUNK);
        int count = (int) Math.min(PAGES_A_CHUNK - slot, (pages.runEnd(run) - address) / PAGE);
        memory.read(address, chunk(used), slot * PAGE, count * PAGE);
        address += (long) count * PAGE;
        used += count;
      }
    }
    current = current.union(pages);
    return true;
  }

  /** How many more pages can be copied. */
  long room() {
    return mostPages - used;
  }

  /** Gets the memory for so many more copies, as far as there is room. */
  void reserve(long pages) {
    long last = Math.min(used + pages, mostPages);
    for (long page = (long) chunks.size() * PAGES_A_CHUNK; page < last; page += PAGES_A_CHUNK) {
      chunk(page);
    }
  }

  private byte[] chunk(long page) {
    int index = Math.toIntExact(page / PAGES_A_CHUNK);
    if (index == chunks.size()) {
      chunks.add(new byte[PAGES_A_CHUNK * PAGE]);
    }
    return chunks.get(index);
  }

  /** Forgets every copy and keeps the memory for others. */
  void clear() {
    batches.clear();
    current = PageSet.empty();
    used = 0;
  }

  /** Reads whole pages from their newest copies. */
  @Override
  public void read(long address, byte[] target, int offset, int length) {
    read(address, MemorySegment.ofArray(target), offset, length);
  }

  @Override
  public void read(long address, MemorySegment target, long offset, int length) {
    for (int done = 0; done < length; done += PAGE) {
      long place = place(address + done);
      MemorySegment.copy(
          chunk(place),
          (int) (place % PAGES_A_CHUNK) * PAGE,
          target,
          ValueLayout.JAVA_BYTE,
          offset + done,
          PAGE);
    }
  }

  private long place(long page) {
    for (int i = batches.size() - 1; i >= 0; i--) {
      long place = batches.get(i).place(page);
      if (place >= 0) {
        return place;
      }
    }
    throw new IllegalArgumentException("page 0x%x was not copied".formatted(page));
  }

  /** Pages that were copied by one call, one behind the other. */
  private static final class Batch {
    private final PageSet pages;
    private final long[] first;

    Batch(PageSet pages, long at) {
      this.pages = pages;
      first = new long[pages.runCount()];
      long next = at;
      for (int run = 0; run < first.length; run++) {
        first[run] = next;
        next += (pages.runEnd(run) - pages.runStart(run)) / PAGE;
      }
    }

    /** Where the copy is, in pages; -1 when there is none. */
    long place(long page) {
      int low = 0;
      int high = first.length - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        if (page < pages.runStart(middle)) {
          high = middle - 1;
        } else if (page >= pages.runEnd(middle)) {
          low = middle + 1;
        } else {
          return first[middle] + (page - pages.runStart(middle)) / PAGE;
        }
      }
      return -1;
    }
  }
}
