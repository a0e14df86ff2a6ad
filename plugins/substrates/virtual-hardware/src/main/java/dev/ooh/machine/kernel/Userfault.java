package dev.ooh.machine.kernel;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.paging.GuestPte;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A userfaultfd (Linux Documentation/admin-guide/mm/userfaultfd.rst) with its handler: a program
 * that records the page and resolves the fault. The handler runs on the faulting thread's
 * processor, and has ended before that thread goes on. Used on the machine's CPU only, with
 * addresses that are multiples of 4096.
 *
 * <p>The handler runs in the process that holds the descriptor: the one whose memory is watched, or
 * another that got it. Then each fault that it resolves takes the CPU there and back.
 */
public final class Userfault {
  /** What is watched and who resolves it. */
  public enum Mode {
    /** A write-protect fault goes to the handler (M5 and M6), which unprotects (M1). */
    SYNCHRONOUS_WRITE_PROTECT,
    /** The kernel resolves a write-protect fault itself (M5). */
    ASYNCHRONOUS_WRITE_PROTECT,
    /** The first touch goes to the handler, which fills the page (M5, M6 and M1). */
    MISSING
  }

  private final SystemCalls calls;
  private final Processes processes;
  private final HugePages hugePages;
  private final EventCounters counters;
  private final UserProcess process;
  private final UserProcess holder;
  private final Mode mode;
  private final PageList faults = new PageList();

  /** Why nothing is watched any more. */
  private @Nullable String gone;

  Userfault(
      SystemCalls calls,
      Processes processes,
      HugePages hugePages,
      EventCounters counters,
      UserProcess process,
      UserProcess holder,
      Mode mode) {
    this.calls = calls;
    this.processes = processes;
    this.hugePages = hugePages;
    this.counters = counters;
    this.process = process;
    this.holder = holder;
    this.mode = mode;
  }

  Mode mode() {
    return mode;
  }

  /**
   * UFFDIO_REGISTER. A page of 2 MiB of which a part is registered is split.
   *
   * @throws IllegalStateException if another one watches any of it, or the descriptor is good for
   *     nothing any more
   */
  public void register(long start, long end) {
    calls.now(
        () -> {
          checkOpen();
          process.userfaults.add(start, end, this);
          hugePages.splitAt(process, start);
          hugePages.splitAt(process, end);
        });
  }

  /** UFFDIO_UNREGISTER: unprotects, and forgets the faults there. */
  public void unregister(long start, long end) {
    calls.now(() -> forget(start, end));
  }

  private void forget(long start, long end) {
    for (UserfaultRanges.Range range : process.userfaults.of(this)) {
      long from = Math.max(start, range.start());
      long to = Math.min(end, range.end());
      if (from < to) {
        process.userfaults.remove(from, to);
        unprotect(from, to);
      }
    }
    faults.removeRange(start, end);
  }

  /**
   * UFFDIO_WRITEPROTECT with UFFD_FEATURE_WP_UNPOPULATED, which includes pages without a frame. A
   * page of 2 MiB is protected as one where all of it is meant, else split. What of the range this
   * descriptor doesn't watch is left as it is.
   */
  public void writeProtect(long start, long end) {
    calls.now(
        () -> {
          checkOpen();
          protect(start, end);
        });
  }

  private void protect(long start, long end) {
    boolean changed = false;
    for (Vma vma : process.vmasIn(start, end)) {
      for (UserfaultRanges.Range range : process.userfaults.of(this)) {
        long from = Math.max(Math.max(start, vma.start), range.start());
        long to = Math.min(Math.min(end, vma.end), range.end());
        if (from < to) {
          changed |= protectWatched(from, to);
        }
      }
    }
    if (changed) {
      processes.flush(process);
    }
  }

  /** Returns whether a page that is mapped lost a right. */
  private boolean protectWatched(long start, long end) {
    PageTables tables = process.tables();
    hugePages.splitAt(process, start);
    hugePages.splitAt(process, end);
    boolean changed = false;
    for (long gva = start; gva < end; ) {
      long leaf = tables.leaf(gva);
      if ((leaf & GuestPte.UFFD_WRITE_PROTECTED) == 0) {
        tables.set(gva, (leaf & ~GuestPte.WRITABLE) | GuestPte.UFFD_WRITE_PROTECTED);
        changed |= GuestPte.isPresent(leaf);
      }
      gva += GuestPte.bytes(leaf);
    }
    return changed;
  }

  private void unprotect(long start, long end) {
    PageTables tables = process.tables();
    hugePages.forEachLeaf(
        process,
        start,
        end,
        (gva, entry) -> {
          if ((entry & GuestPte.UFFD_WRITE_PROTECTED) != 0) {
            tables.set(gva, entry & ~GuestPte.UFFD_WRITE_PROTECTED);
          }
        });
  }

  /**
   * Passes on the pages whose faults were resolved, in order, and forgets them.
   *
   * @throws IllegalStateException if the descriptor is good for nothing any more
   */
  public void drain(LongConsumer pages) {
    checkOpen();
    faults.drain(pages);
  }

  /** The kernel has stopped a writer at a protected page, or a first touch. Resolves it. */
  void fault(long page, long entry) {
    counters.count(Event.PAGE_FAULT_IN_KERNEL);
    if (mode != Mode.ASYNCHRONOUS_WRITE_PROTECT) {
      counters.count(Event.PAGE_FAULT_IN_USERSPACE);
      counters.count(Event.USER_TO_KERNEL_SWITCH);
      if (holder != process) {
        processes.visit(holder, counters, () -> resolve(page, entry));
        return;
      }
    }
    resolve(page, entry);
  }

  private void resolve(long page, long entry) {
    faults.add(page);
    if (mode != Mode.MISSING) {
      process.tables().set(page, entry & ~GuestPte.UFFD_WRITE_PROTECTED);
    }
  }

  /**
   * The page may have been touched or written through another mapping of its frame, which takes no
   * fault here: recorded as if it had been here. The caller unprotects the page.
   */
  void touchedElsewhere(long page) {
    faults.add(page);
  }

  /** Closes the descriptor: nothing is watched any more. */
  public void close() {
    if (process.isAlive()) {
      unregister(0, Long.MAX_VALUE);
    }
    abandon("it was closed");
  }

  /** The process whose memory is watched. */
  UserProcess process() {
    return process;
  }

  /** The process that has the descriptor and resolves faults. */
  UserProcess holder() {
    return holder;
  }

  /** The kernel lets go of what the descriptor watches, as one of its processes has gone. */
  void abandon(String why) {
    if (gone == null) {
      gone = why;
      if (process.isAlive()) {
        forget(0, Long.MAX_VALUE);
      }
    }
  }

  boolean isGone() {
    return gone != null;
  }

  private void checkOpen() {
    if (gone != null) {
      throw new IllegalStateException(
          "ESRCH: the userfaultfd of %s is gone: %s".formatted(process, gone));
    }
  }
}
