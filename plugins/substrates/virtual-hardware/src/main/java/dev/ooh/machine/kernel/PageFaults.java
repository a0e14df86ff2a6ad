package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.extension.MemoryNotifier.Cause;
import dev.ooh.machine.paging.GuestPte;
import dev.ooh.machine.paging.PageFaultErrorCode;

/**
 * The kernel's page-fault handler: first touches, copy-on-write, write-protection by userfaultfd
 * and by soft-dirty tracking. Leaves accessed and dirty flags to the processor.
 */
final class PageFaults {
  private final Processes processes;
  private final Processors processors;
  private final Shootdowns shootdowns;
  private final EventCounters counters;
  private final MemoryManager memory;
  private final ReverseMap reverseMap;
  private final HugePages hugePages;

  PageFaults(
      Processes processes,
      Processors processors,
      Shootdowns shootdowns,
      MemoryManager memory,
      ReverseMap reverseMap,
      HugePages hugePages) {
    this.processes = processes;
    this.processors = processors;
    this.shootdowns = shootdowns;
    this.counters = processors.counters();
    this.memory = memory;
    this.reverseMap = reverseMap;
    this.hugePages = hugePages;
  }

  /**
   * The processor's #PF in the current process.
   *
   * @throws SegmentationFault where nothing is mapped
   */
  void handle(long gva, int errorCode) {
    UserProcess process = processes.current();
    if ((errorCode & PageFaultErrorCode.RESERVED) != 0) {
      throw new IllegalStateException(
          "page-table entry of GVA 0x%x in %s has reserved bits set: 0x%x"
              .formatted(gva, process, process.tables().get(gva)));
    }
    try {
      resolve(process, gva, (errorCode & PageFaultErrorCode.WRITE) != 0);
    } finally {
      shootdowns.send();
    }
  }

  /** Brings a page one step nearer to what the access needs; the access is then tried again. */
  void resolve(UserProcess process, long gva, boolean write) {
    Vma vma = process.vma(gva);
    if (vma == null) {
      throw new SegmentationFault(process, gva, write);
    }
    long page = gva & -MemoryManager.PAGE;
    long entry = process.tables().leaf(page);
    if (!GuestPte.isPresent(entry)) {
      firstTouch(process, vma, page, entry);
    } else if (write && !GuestPte.isWritable(entry)) {
      writeProtected(process, vma, page, splitForWrite(process, page, entry));
    } else {
      // The entry allows it already: a translation cached earlier did not.
      gainedRights(process, page);
    }
  }

  private void firstTouch(UserProcess process, Vma vma, long page, long marker) {
    Userfault watcher = process.userfaults.at(page);
    if (watcher != null && watcher.mode() == Userfault.Mode.MISSING) {
      watcher.fault(page, marker);
    }
    if (memory.touchBlock(process, vma, page)) {
      counters.count(Event.DEMAND_ZERO_HUGE_FAULT);
    } else {
      counters.count(Event.DEMAND_ZERO_FAULT);
      memory.touch(process, vma, page, marker);
    }
  }

  /**
   * The leaf that a write to a protected page is resolved in. As in Linux one of 2 MiB is split
   * where only a part of it becomes writable: by userfaultfd, whose handler resolves a page of 4
   * KiB, and where a part is copied that is shared since a fork. Otherwise it stays whole.
   */
  private long splitForWrite(UserProcess process, long page, long leaf) {
    boolean watched =
        (leaf & GuestPte.UFFD_WRITE_PROTECTED) != 0 && process.userfaults.at(page) != null;
    if (GuestPte.isLarge(leaf) && (watched || memory.isSharedLeaf(leaf))) {
      hugePages.split(process, page);
    }
    return process.tables().leaf(page);
  }

  private void writeProtected(UserProcess process, Vma vma, long page, long entry) {
    if ((entry & GuestPte.UFFD_WRITE_PROTECTED) != 0) {
      Userfault watcher = process.userfaults.at(page);
      if (watcher == null) {
        // Left over from a descriptor that was closed.
        process.tables().set(page, entry & ~GuestPte.UFFD_WRITE_PROTECTED);
      } else {
        watcher.fault(page, entry);
      }
      writeProtected(process, vma, page, process.tables().leaf(page));
      return;
    }
    if ((entry & GuestPte.SOFT_DIRTY) == 0) {
      counters.count(Event.PAGE_FAULT_IN_KERNEL);
    }
    long frame = GuestPte.frame(entry);
    if (vma.isPrivate() && reverseMap.count(frame) > 1) {
      counters.count(Event.COPY_ON_WRITE_FAULT);
      long copy = memory.allocateCopy(frame);
      memory.remove(process, page, entry);
      long flags = MemoryManager.USER_PAGE | GuestPte.WRITABLE | GuestPte.SOFT_DIRTY;
      memory.install(process, page, copy, flags, Cause.COPY_ON_WRITE);
    } else {
      process.tables().set(page, entry | GuestPte.WRITABLE | GuestPte.SOFT_DIRTY);
      gainedRights(process, page);
    }
  }

  /** Other processors may keep what allows less: their next access comes here. */
  private void gainedRights(UserProcess process, long page) {
    processors.executing().invlpg(process.translations(), page);
  }
}
