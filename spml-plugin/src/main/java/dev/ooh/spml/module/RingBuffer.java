package dev.ooh.spml.module;

/**
 * What hypervisor and OoH Module share with OoH Lib: pages that one process wrote. Both produce, on
 * the machine's one CPU; that process's tracker alone maps and consumes it.
 *
 * <pre>
 * offset 0       8        16        24       32          4096
 *       +----------+--------+---------+--------+-----------+------------------------+
 *       | capacity |  head  | dropped |  tail  |     0     | entry[capacity]        |
 *       +----------+--------+---------+--------+-----------+------------------------+
 *
 * entry
 *  63                                      12 11                1  0
 * +------------------------------------------+-------------------+--+
 * |         GPA, or with V the GVA, of a page|         0         |V |
 * +------------------------------------------+-------------------+--+
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

  /** Bit 0 of an entry: it has a GVA. */
  private static final long VIRTUAL = 1;

  private static final long PAGE_MASK = -4096L;

  private final Words words;
  private final long capacity;

  /** The ring's memory as one producer reaches it. */
  public interface Words {
    long get(long offset);

    void set(long offset, long value);
  }

  /**
   * A producer's view of a ring.
   *
   * @param capacity what the producer was told; the word in shared memory is the reader's
   */
  public RingBuffer(Words words, long capacity) {
    this.words = words;
    this.capacity = capacity;
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

  public static boolean isVirtual(long entry) {
    return (entry & VIRTUAL) != 0;
  }

  public static long page(long entry) {
    return entry & PAGE_MASK;
  }

  public void appendPhysical(long gpa) {
    append(gpa & PAGE_MASK);
  }

  public void appendVirtual(long gva) {
    append((gva & PAGE_MASK) | VIRTUAL);
  }

  private void append(long entry) {
    long head = words.get(HEAD_OFFSET);
    long used = head - words.get(TAIL_OFFSET);
    if (used < 0 || used >= capacity) {
      words.set(DROPPED_OFFSET, words.get(DROPPED_OFFSET) + 1);
      return;
    }
    words.set(ENTRIES_OFFSET + 8 * Long.remainderUnsigned(head, capacity), entry);
    words.set(HEAD_OFFSET, head + 1);
  }
}
