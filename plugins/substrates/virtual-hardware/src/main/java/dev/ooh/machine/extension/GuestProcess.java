package dev.ooh.machine.extension;

import java.util.function.LongConsumer;

/**
 * A process of the guest kernel. The queries are exact at the moment of the call, read what the
 * kernel knows without touching a flag, and may only be used on the machine's CPU.
 */
public interface GuestProcess {
  /** The process's number, which no other process of the machine ever has. Any thread. */
  int pid();

  /** The name, for messages; others may have the same one. Any thread. */
  String name();

  /** Whether its page tables are the ones in CR3 of the processor that executes. */
  boolean isCurrent();

  /**
   * In how many processors' CR3 its page tables are. Where a program's thread is due on each of
   * them, it goes on there without a call of {@link ScheduleNotifier}.
   */
  int processors();

  /** Whether it has not exited. */
  boolean isAlive();

  /** The GPA of the page mapped at {@code gva}, with the offset within the page; −1 if none is. */
  long translate(long gva);

  /**
   * Reverse mapping: calls {@code gvas} with the address of each page of this process that maps the
   * frame at {@code gpa}; none if it is a page-table page, a kernel page or another process's.
   *
   * @return how many
   */
  int resolve(long gpa, LongConsumer gvas);

  /** Calls {@code pages} for each page of {@code [start, end)} that has a frame, ascending. */
  void forEachMapped(long start, long end, PageVisitor pages);

  /**
   * Calls {@code leaves} for each page-table entry that maps pages of {@code [start, end)},
   * ascending. One of 2 MiB may begin before {@code start} and end after {@code end}. The callback
   * may clear the entry's dirty flag.
   */
  void forEachLeaf(long start, long end, LeafVisitor leaves);

  /** Whether any of this process's page-table entries maps 2 MiB. */
  boolean hasLargePages();

  /** Whether any frame of this process is mapped at more than one of its pages. */
  boolean hasAliases();

  /**
   * Calls {@code gvas} for each page of {@code [start, end)} whose frame somebody else maps
   * writable: another process (shared memory), or a device. Such a page can change without this
   * process running, so a technique reports it in every interval.
   */
  void forEachSharedElsewhere(long start, long end, LongConsumer gvas);

  /** Receives one page. */
  @FunctionalInterface
  interface PageVisitor {
    void page(long gva, long gpa);
  }

  /** Receives one entry that maps {@code bytes}, 4096 or 2 MiB, and has one dirty flag for them. */
  @FunctionalInterface
  interface LeafVisitor {
    void leaf(long gva, long gpa, long bytes);
  }
}
