package dev.ooh.cli;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;

/** Stores to pages, once to each. For threads of the space's execution context. */
public final class PageStores {
  private static final int PAGES_A_POLL = 1024;
  private static final int LINE = 64;
  private static final int LINES = PageSet.PAGE_SIZE / LINE;

  private final Memory memory;
  private final ExecutionContext execution;

  public PageStores(AddressSpace space) {
    memory = space.memory();
    execution = space.execution();
  }

  /**
   * Stores {@code value} to 8 bytes of each of the pages, in ascending order: of one page to a line
   * after that of the page before, as the first lines of all pages have a few places in caches.
   */
  public void spread(PageSet pages, long value) {
    int poll = 1; // as store() does: after the first store, too
    for (int run = 0; run < pages.runCount(); run++) {
      long end = pages.runEnd(run);
      for (long page = pages.runStart(run); page < end; ) {
        int line = (int) (page / PageSet.PAGE_SIZE % LINES);
        long left = (end - page) / PageSet.PAGE_SIZE;
        int count = (int) Math.min(left, Math.min(poll, LINES - line));
        memory.putLongs(page + line * LINE, PageSet.PAGE_SIZE + LINE, count, value);
        page += (long) count * PageSet.PAGE_SIZE;
        poll -= count;
        if (poll == 0) {
          execution.poll();
          poll = PAGES_A_POLL;
        }
      }
    }
  }

  /** Stores {@code value} to the first 8 bytes of each of the pages, in ascending order. */
  public void store(PageSet pages, long value) {
    int stores = 0;
    for (int run = 0; run < pages.runCount(); run++) {
      long end = pages.runEnd(run);
      for (long at = pages.runStart(run); at < end; at += PageSet.PAGE_SIZE) {
        memory.putLong(at, value);
        if (stores++ % PAGES_A_POLL == 0) {
          execution.poll();
        }
      }
    }
  }
}
