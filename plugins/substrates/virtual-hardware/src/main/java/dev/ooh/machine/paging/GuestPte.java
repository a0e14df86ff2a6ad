package dev.ooh.machine.paging;

/**
 * An entry of the guest's 4-level page tables (Intel SDM volume 3A, 5.5, tables 5-15 to 5-20), as a
 * raw {@code long}.
 *
 * <pre>
 *  63 62        52 51         46 45               12 11  10  9  8  7   6 5 4   3   2   1  0
 * +--+------------+-------------+-------------------+---+---+--+--+---+-+-+---+---+---+--+-+
 * |NX| ignored    | reserved: 0 | frame (GPA &gt;&gt; 12)  |SD |WP |sw|G |PS |D|A|PCD|PWT|U/S|RW|P|
 * +--+------------+-------------+-------------------+---+---+--+--+---+-+-+---+---+---+--+-+
 * </pre>
 *
 * PS is set in a level 2 entry that maps a 2 MiB page, whose bits 20:13 are then reserved. SD
 * (soft-dirty) and WP (userfaultfd write-protected) are bits that the processor ignores and Linux
 * uses ({@code arch/x86/include/asm/pgtable_types.h}).
 */
public final class GuestPte {
  /** P: the entry maps something. */
  public static final long PRESENT = 1;

  /** R/W: writes are allowed. */
  public static final long WRITABLE = 1 << 1;

  /** U/S: accesses from user mode are allowed. */
  public static final long USER = 1 << 2;

  /** A: the entry was used by a translation. */
  public static final long ACCESSED = 1 << 5;

  /** D: the page was written; only in an entry that maps a page. */
  public static final long DIRTY = 1 << 6;

  /** PS: a level 2 entry maps a 2 MiB page. */
  public static final long LARGE = 1 << 7;

  /** G: survives a CR3 load where CR4.PGE is set; this processor reports no PGE and ignores it. */
  public static final long GLOBAL = 1 << 8;

  /** Software bit 9: a frame that the kernel doesn't count as memory of a process: a device's. */
  public static final long SPECIAL = 1 << 9;

  /** Software bit 10: write-protected by userfaultfd. */
  public static final long UFFD_WRITE_PROTECTED = 1 << 10;

  /** Software bit 11: soft-dirty. */
  public static final long SOFT_DIRTY = 1 << 11;

  /** NX: no instruction fetch. */
  public static final long NO_EXECUTE = 1L << 63;

  /** The frame in an entry that maps a 4 KiB page or refers to a table: bits 45:12. */
  public static final long FRAME_MASK = 0x3FFF_FFFF_F000L;

  /** The frame in an entry that maps a 2 MiB page: bits 45:21. */
  public static final long LARGE_FRAME_MASK = 0x3FFF_FFE0_0000L;

  /** Bits 51:46, beyond the physical-address width: a walk that meets one faults with RSVD. */
  public static final long RESERVED = 0xF_C000_0000_0000L;

  /** Bits 20:13, reserved in an entry that maps a 2 MiB page. */
  public static final long LARGE_RESERVED = 0x1F_E000L;

  private static final long LARGE_BYTES = 2L << 20;
  private static final long PAGE_BYTES = 4096;

  private GuestPte() {}

  /** An entry for the frame at {@code gpa} with {@code flags}. */
  public static long of(long gpa, long flags) {
    if ((gpa & ~FRAME_MASK) != 0) {
      throw new IllegalArgumentException(
          "GPA 0x%x: must be 4 KiB-aligned and below 2^46".formatted(gpa));
    }
    return gpa | flags;
  }

  /** The GPA of the 4 KiB frame or table that {@code entry} names. */
  public static long frame(long entry) {
    return entry & FRAME_MASK;
  }

  /** Whether {@code entry} is present. */
  public static boolean isPresent(long entry) {
    return (entry & PRESENT) != 0;
  }

  /** Whether {@code entry} allows writes. */
  public static boolean isWritable(long entry) {
    return (entry & WRITABLE) != 0;
  }

  /** Whether {@code entry}'s page was written. */
  public static boolean isDirty(long entry) {
    return (entry & DIRTY) != 0;
  }

  /** Whether {@code entry}, of level 2, maps a 2 MiB page. */
  public static boolean isLarge(long entry) {
    return (entry & LARGE) != 0;
  }

  /** How many bytes a leaf maps: 2 MiB with PS, else 4096. */
  public static long bytes(long leaf) {
    return isLarge(leaf) ? LARGE_BYTES : PAGE_BYTES;
  }

  /**
   * The entry that would map the 4 KiB page of {@code gva} if the 2 MiB leaf that does were split:
   * its own frame, and the leaf's flags without PS. PAT, at another bit in each, is clear.
   */
  public static long ofPageWithin(long leaf, long gva) {
    return (leaf & ~LARGE) + (gva & (LARGE_BYTES - 1) & -PAGE_BYTES);
  }

  /** The index into the table of {@code level} (4 is the root, 1 the last) for {@code gva}. */
  public static int index(long gva, int level) {
    return (int) (gva >>> (3 + 9 * level)) & 511;
  }

  /** Whether the present {@code entry} of {@code level} has a reserved bit set. */
  public static boolean hasReservedBit(long entry, int level) {
    if ((entry & RESERVED) != 0) {
      return true;
    }
    return switch (level) {
      // Bit 7 of the root's entries is reserved; no 1 GiB pages are reported; PAT at level 1.
      case 4, 3 -> isLarge(entry);
      case 2 -> isLarge(entry) && (entry & LARGE_RESERVED) != 0;
      default -> false;
    };
  }
}
