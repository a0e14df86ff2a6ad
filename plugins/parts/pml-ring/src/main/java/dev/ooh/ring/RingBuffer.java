package dev.ooh.ring;

import dev.ooh.machine.extension.HypervisorContext;
import dev.ooh.machine.extension.KernelPages;
import org.jspecify.annotations.Nullable;

/**
 * Carries the pages that one process wrote from those that find them (the kernel module, the
 * hypervisor) to the process's tracker, which alone maps the ring and reads it. Producers share the
 * machine's CPU, one at a time, so nothing here is atomic.
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
 * |         GVA, or with P the GPA, of a page|         0         |P |
 * +------------------------------------------+-------------------+--+
 * </pre>
 *
 * All words have 8 bytes. {@code head} and {@code tail} count entries ever written and read; entry
 * <i>n</i> is at index <i>n</i> modulo the capacity. When the ring is full, entries are dropped and
 * counted in {@code dropped}, which never goes down: the reader compares with what it saw last.
 *
 * <p>An instance is one producer's view.
 */
public final class RingBuffer {
  /** Offset of the word that says how many entries there are; in bytes, as the others. */
  public static final long CAPACITY_OFFSET = 0;

  /** Offset of the count of entries that producers wrote. */
  public static final long HEAD_OFFSET = 8;

  /** Offset of the count of entries that found no room. */
  public static final long DROPPED_OFFSET = 16;

  /** Offset of the count of entries that the reader took. */
  public static final long TAIL_OFFSET = 24;

  /** Offset of the first entry. */
  public static final long ENTRIES_OFFSET = 4096;

  /** The most entries that a ring can have. */
  public static final long MAX_CAPACITY = 1L << 28;

  /** Bit 0 of an entry: it has a GPA. */
  private static final long PHYSICAL = 1;

  private static final long PAGE_MASK = -4096L;

  private final Words words;
  private final long capacity;

  /** Where an entry goes while nobody else adds any: at which head, and its index, no division. */
  private long nextHead;

  private long nextIndex;

  /** The ring's memory as one producer reaches it. */
  public interface Words {
    /** Reads the word at {@code offset}, in bytes, a multiple of 8. */
    long get(long offset);

    /** Writes the word at {@code offset}. */
    void set(long offset, long value);

    /** Writes words one after another, the first of them at {@code offset}. */
    default void set(long offset, long[] values, int index, int count) {
      for (int i = 0; i < count; i++) {
        set(offset + 8L * i, values[index + i]);
      }
    }
  }

  /**
   * A producer's view of a ring that somebody has laid out.
   *
   * @param capacity what the producer was told; the word in shared memory is the reader's
   */
  public RingBuffer(Words words, long capacity) {
    this.words = words;
    this.capacity = capacity;
  }

  /**
   * The hypervisor's view of a ring in guest-physical memory.
   *
   * @param gpa of the first byte, any value
   * @param capacity in entries, any value
   * @return null if it is no such ring: one that begins with a page, has 1 to {@link #MAX_CAPACITY}
   *     entries, and is in guest-physical memory as a whole
   */
  public static @Nullable RingBuffer inGuest(
      HypervisorContext hypervisor, long gpa, long capacity) {
    if ((gpa & ~PAGE_MASK) != 0
        || capacity < 1
        || capacity > MAX_CAPACITY
        || !hypervisor.isGuestMemory(gpa, ENTRIES_OFFSET + 8 * capacity)) {
      return null;
    }
    return new RingBuffer(
        new Words() {
          @Override
          public long get(long offset) {
            return hypervisor.readGuest(gpa + offset);
          }

          @Override
          public void set(long offset, long value) {
            hypervisor.writeGuest(gpa + offset, value);
          }
        },
        capacity);
  }

  /** Lays out an empty ring in {@link #pagesFor} zeroed pages; returns the kernel's view of it. */
  static RingBuffer layOut(KernelPages pages, long capacity) {
    pages.setLong(CAPACITY_OFFSET, capacity);
    return new RingBuffer(
        new Words() {
          @Override
          public long get(long offset) {
            return pages.getLong(offset);
          }

          @Override
          public void set(long offset, long value) {
            pages.setLong(offset, value);
          }

          @Override
          public void set(long offset, long[] values, int index, int count) {
            pages.setLongs(offset, values, index, count);
          }
        },
        capacity);
  }

  /**
   * How many pages a ring of {@code capacity} entries takes.
   *
   * @throws IllegalArgumentException unless it is 1 to {@link #MAX_CAPACITY}
   */
  static int pagesFor(long capacity) {
    if (capacity < 1 || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "ring capacity is " + capacity + ", wanted 1 to " + MAX_CAPACITY);
    }
    return (int) (1 + (capacity + 511) / 512);
  }

  /** Whether an entry has a GPA rather than a GVA. */
  public static boolean isPhysical(long entry) {
    return (entry & PHYSICAL) != 0;
  }

  /** The address of an entry's page, a multiple of 4096. */
  public static long page(long entry) {
    return entry & PAGE_MASK;
  }

  /** Adds the page of a GPA, or counts it as dropped where there is no room. */
  public void appendPhysical(long gpa) {
    append((gpa & PAGE_MASK) | PHYSICAL);
  }

  /** Adds the page of a GVA, or counts it as dropped where there is no room. */
  public void appendVirtual(long gva) {
    append(gva & PAGE_MASK);
  }

  /**
   * Adds the pages of {@code count} GVAs, each a multiple of 4096, and counts as dropped those for
   * which there is no room; as so many {@link #appendVirtual}.
   */
  public void appendVirtual(long[] gvas, int count) {
    long head = words.get(HEAD_OFFSET);
    long used = head - words.get(TAIL_OFFSET);
    int room = used < 0 || used >= capacity ? 0 : (int) Math.min(count, capacity - used);
    if (room > 0) {
      long index = Long.remainderUnsigned(head, capacity);
      int first = (int) Math.min(room, capacity - index);
      words.set(ENTRIES_OFFSET + 8 * index, gvas, 0, first);
      words.set(ENTRIES_OFFSET, gvas, first, room - first);
      words.set(HEAD_OFFSET, head + room);
    }
    if (room < count) {
      words.set(DROPPED_OFFSET, words.get(DROPPED_OFFSET) + count - room);
    }
  }

  /** Counts a loss that happened before anything could be added. */
  public void drop() {
    words.set(DROPPED_OFFSET, words.get(DROPPED_OFFSET) + 1);
  }

  /**
   * Adds an entry, or counts it as dropped where there is no room.
   *
   * @param entry of a layout of the technique's own; one for which {@link #isPhysical} is false is
   *     taken for a GVA that the kernel reported
   */
  public void append(long entry) {
    long head = words.get(HEAD_OFFSET);
    long used = head - words.get(TAIL_OFFSET);
    if (used < 0 || used >= capacity) {
      drop();
      return;
    }
    long index = head == nextHead ? nextIndex : Long.remainderUnsigned(head, capacity);
    words.set(ENTRIES_OFFSET + 8 * index, entry);
    words.set(HEAD_OFFSET, head + 1);
    nextHead = head + 1;
    nextIndex = index + 1 == capacity ? 0 : index + 1;
  }
}
