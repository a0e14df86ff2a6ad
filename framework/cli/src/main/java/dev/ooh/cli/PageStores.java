package dev.ooh.cli;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;

/** Stores to pages, once to each. For threads of the space's execution context. */
public final class PageStores {
  private static final int PAGES_A_POLL = 1024;

  private final Memory memory;
  private final ExecutionContext execution;

  public PageStores(AddressSpace space) {
    memory = space.memory();
    execution = space.execution();
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
