package dev.ooh.machine.kernel;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.paging.GuestPte;

/** Where pages of 2 MiB can be, and how they become 512 of 4 KiB. */
final class HugePages {
  private final EventCounters counters;
  private final Shootdowns shootdowns;

  HugePages(EventCounters counters, Shootdowns shootdowns) {
    this.counters = counters;
    this.shootdowns = shootdowns;
  }

  /**
   * Whether a leaf of 2 MiB can be at {@code gva}: a whole block within one mapping, nothing of it
   * mapped or marked, and no userfaultfd that watches a part of it or fills its pages.
   */
  static boolean fits(UserProcess process, long gva) {
    long end = gva + PageTables.BLOCK;
    Vma vma = process.vma(gva);
    return (gva & (PageTables.BLOCK - 1)) == 0
        && vma != null
        && end <= vma.end
        && process.userfaults.allowBlock(gva, end)
        && process.tables().isUntouched(gva);
  }

  /** If a leaf of 2 MiB maps pages on both sides of an address, splits it. */
  void splitAt(UserProcess process, long address) {
    if ((address & (PageTables.BLOCK - 1)) != 0
        && GuestPte.isLarge(process.tables().leaf(address))) {
      split(process, address);
    }
  }

  /** Splits the leaf of 2 MiB that maps {@code gva}; its pages inherit the flags. */
  void split(UserProcess process, long gva) {
    long block = gva & -PageTables.BLOCK;
    process.tellModules(notifier -> notifier.split(block, block + PageTables.BLOCK));
    counters.count(Event.HUGE_PAGE_SPLIT);
    process.tables().split(gva);
    shootdowns.invlpg(process, gva);
  }

  /**
   * Calls back for each leaf of {@code [start, end)} that isn't 0, ascending; none reaches beyond
   * either end, as those that did are split. The callback may change what it is called with.
   */
  void forEachLeaf(UserProcess process, long start, long end, PageTables.Visitor visitor) {
    splitAt(process, start);
    splitAt(process, end);
    process.tables().forEachLeaf(start, end, visitor);
  }
}
