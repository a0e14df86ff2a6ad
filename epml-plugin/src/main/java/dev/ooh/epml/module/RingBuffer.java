package dev.ooh.epml.module;

import dev.ooh.machine.extension.KernelPages;

/**
 * What OoH Module shares with OoH Lib: the GVAs of pages that one process wrote. The module alone
 * produces, on the machine's one CPU; that process's tracker alone maps and consumes it.
 *
 * <pre>
 * offset 0       8        16        24       32          4096
 *       +----------+--------+---------+--------+-----------+------------------------+
 *       | capacity |  head  | dropped |  tail  |     0     | entry[capacity]        |
 *       +----------+--------+---------+--------+-----------+------------------------+
 *
 * entry
 *  63                                      12 11                  0
 * +------------------------------------------+---------------------+
 * |               GVA of the page            |          0          |
 * +------------------------------------------+---------------------+
 * </pre>
 *
 * All words have 8 bytes. {@code head} and {@code tail} count entries ever written and read; entry
 * <i>n</i> is at index <i>n</i> modulo the capacity. When the ring is full, entries are dropped and
 * counted in {@code dropped}, which never goes down: the reader compares with what it saw last.
 */
public final class RingBuffer {
  public static final long CAPACITY_OFFSET = 0;
  public static final long HEAD_OFFSET = 8;
  public static final long DROPPED_OFFSET = 16;
  public static final long TAIL_OFFSET = 24;
  public static final long ENTRIES_OFFSET = 4096;

  private final KernelPages pages;
  private final long capacity;
  private long head;

  /** Lays an empty ring out in {@link #pagesFor} zeroed pages. */
  RingBuffer(KernelPages pages, long capacity) {
    this.pages = pages;
    this.capacity = capacity;
    pages.setLong(CAPACITY_OFFSET, capacity);
  }

  /**
   * How many pages a ring of {@code capacity} entries takes.
   *
   * @throws IllegalArgumentException unless it is 1 to 2^28
   */
  static int pagesFor(long capacity) {
    if (capacity < 1 || capacity > 1L << 28) {
      throw new IllegalArgumentException(
          "ring capacity is " + capacity + ", wanted 1 to " + (1L << 28));
    }
    return (int) (1 + (capacity + 511) / 512);
  }

  KernelPages pages() {
    return pages;
  }

  long capacity() {
    return capacity;
  }

  void append(long gva) {
    if (head - pages.getLong(TAIL_OFFSET) >= capacity) {
      drop();
      return;
    }
    pages.setLong(ENTRIES_OFFSET + 8 * (head % capacity), gva & -4096L);
    head++;
    pages.setLong(HEAD_OFFSET, head);
  }

  /** Something is lost that was never an entry. */
  void drop() {
    pages.setLong(DROPPED_OFFSET, pages.getLong(DROPPED_OFFSET) + 1);
  }
}
