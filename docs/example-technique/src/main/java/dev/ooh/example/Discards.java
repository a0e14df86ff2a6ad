package dev.ooh.example;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;

/** Pages whose contents were dropped, and their protection with them, without a fault. */
final class Discards implements AddressSpace.Listener {
  private PageSet pages = PageSet.empty();

  @Override
  public synchronized void changed(AddressSpace space, PageSet dropped) {
    pages = pages.union(dropped);
  }

  /** Those since the last call. */
  synchronized PageSet drain() {
    PageSet drained = pages;
    pages = PageSet.empty();
    return drained;
  }
}
