package dev.ooh.machine.kernel;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.paging.GuestPte;
import java.util.Iterator;

/**
 * {@code /proc/PID/pagemap} and {@code /proc/PID/clear_refs} (Linux
 * Documentation/admin-guide/mm/soft-dirty.rst).
 */
public final class SoftDirty {
  /** How many entries one read(2) of pagemap returns: 64 KiB of 8 bytes each. */
  private static final long ENTRIES_PER_READ = 8192;

  private final SystemCalls calls;
  private final Processes processes;
  private final ReverseMap reverseMap;
  private final EventCounters counters;

  SoftDirty(SystemCalls calls, Processes processes, ReverseMap reverseMap, EventCounters counters) {
    this.calls = calls;
    this.processes = processes;
    this.reverseMap = reverseMap;
    this.counters = counters;
  }

  /**
   * Reads the pagemap entries of {@code [start, end)}, ascending. Counts M16 for each entry and M1
   * for each 64 KiB of entries. On the machine's CPU only, as is {@link #clear}.
   *
   * @throws IllegalStateException if the current process may not trace {@code process}
   */
  public void readPagemap(UserProcess process, long start, long end, EntryConsumer entries) {
    long gva = start;
    while (gva < end) {
      long from = gva;
      long to = Math.min(end, from + ENTRIES_PER_READ * MemoryManager.PAGE);
      calls.now(() -> read(process, from, to, entries));
      gva = to;
    }
  }

  private void read(UserProcess process, long start, long end, EntryConsumer entries) {
    processes.checkAccess(processes.current(), process);
    counters.count(Event.PAGEMAP_ENTRY_READ, (end - start) / MemoryManager.PAGE);
    Iterator<Vma> vmas = process.vmasIn(start, end).iterator();
    Vma vma = vmas.hasNext() ? vmas.next() : null;
    for (long gva = start; gva < end; gva += MemoryManager.PAGE) {
      while (vma != null && vma.end <= gva) {
        vma = vmas.hasNext() ? vmas.next() : null;
      }
      long value = vma == null || gva < vma.start ? 0 : entry(process, vma, gva);
      entries.entry(gva, value);
    }
  }

  private long entry(UserProcess process, Vma vma, long gva) {
    long pte = process.tables().get(gva);
    long flags = vma.softDirty ? PagemapEntry.SOFT_DIRTY : 0;
    if ((pte & GuestPte.UFFD_WRITE_PROTECTED) != 0) {
      flags |= PagemapEntry.UFFD_WRITE_PROTECTED;
    }
    if (!GuestPte.isPresent(pte)) {
      return flags;
    }
    if ((pte & GuestPte.SOFT_DIRTY) != 0) {
      flags |= PagemapEntry.SOFT_DIRTY;
    }
    if (!vma.isPrivate()) {
      flags |= PagemapEntry.SHARED;
    }
    long frame = GuestPte.frame(pte);
    if (reverseMap.count(frame) == 1) {
      flags |= PagemapEntry.EXCLUSIVE;
    }
    return PagemapEntry.of(frame, PagemapEntry.PRESENT | flags);
  }

  /**
   * Writes 4 to clear_refs: clears the soft-dirty bit of every page of the process and
   * write-protects it, one of 2 MiB as a whole. Counts M15 for each entry visited and M1 for the
   * system call.
   *
   * @throws IllegalStateException if the current process may not trace {@code process}
   */
  public void clear(UserProcess process) {
    calls.now(
        () -> {
          processes.checkAccess(processes.current(), process);
          process.softDirtyClears.incrementAndGet();
          PageTables tables = process.tables();
          for (Vma vma : process.vmas()) {
            vma.softDirty = false;
            tables.forEachLeaf(
                vma.start,
                vma.end,
                (gva, entry) -> {
                  if (GuestPte.isPresent(entry)) {
                    counters.count(Event.CLEAR_REFS);
                    tables.set(gva, entry & ~(GuestPte.SOFT_DIRTY | GuestPte.WRITABLE));
                  }
                });
          }
          processes.flush(process);
        });
  }

  /** How often {@link #clear} was for {@code process}. Counts nothing. Any thread. */
  public long clears(UserProcess process) {
    return process.softDirtyClears.get();
  }

  /** Receives one pagemap entry. */
  @FunctionalInterface
  public interface EntryConsumer {
    void entry(long gva, long entry);
  }
}
