package dev.ooh.machine.paging;

/**
 * An entry of the extended page tables (Intel SDM volume 3C, 29.3.2, tables 29-1 to 29-7), as a raw
 * {@code long}.
 *
 * <pre>
 *  63       52 51         46 45               12 11 10 9 8 7   6    5      3 2 1 0
 * +-----------+-------------+-------------------+-----+-+-+--+-----+--------+-+-+-+
 * | ignored   | reserved: 0 | frame (HPA &gt;&gt; 12)  | ign |D|A|PS|IPAT |mem.type|X|W|R|
 * +-----------+-------------+-------------------+-----+-+-+--+-----+--------+-+-+-+
 * </pre>
 *
 * Memory type and IPAT exist in entries that map a page; bits 7:3 (6:3 at level 2) are reserved in
 * those that refer to a table. PS is set in a level 2 entry that maps 2 MiB, whose bits 20:12 are
 * then reserved. A and D are used where the EPTP enables them; D only in an entry that maps a page.
 */
public final class EptEntry {
  /** R: reads are allowed. */
  public static final long READ = 1;

  /** W: writes are allowed. */
  public static final long WRITE = 1 << 1;

  /** X: instruction fetches are allowed. */
  public static final long EXECUTE = 1 << 2;

  /** R, W and X. */
  public static final long ALL_RIGHTS = READ | WRITE | EXECUTE;

  /** Memory type 6, write-back, in bits 5:3. */
  public static final long WRITE_BACK = 6 << 3;

  /** PS: a level 2 entry maps a 2 MiB page. */
  public static final long LARGE = 1 << 7;

  /** A: the entry was used by a translation. */
  public static final long ACCESSED = 1 << 8;

  /** D: the page was written. */
  public static final long DIRTY = 1 << 9;

  /** The frame in an entry that maps a 4 KiB page or refers to a table: bits 45:12. */
  public static final long FRAME_MASK = 0x3FFF_FFFF_F000L;

  /** The frame in an entry that maps a 2 MiB page: bits 45:21. */
  public static final long LARGE_FRAME_MASK = 0x3FFF_FFE0_0000L;

  private static final long RESERVED = 0xF_C000_0000_0000L;
  private static final long LARGE_RESERVED = 0x1F_F000L;

  private EptEntry() {}

  /** An entry that refers to the table at {@code hpa}, with all rights. */
  public static long table(long hpa) {
    return checked(hpa, FRAME_MASK) | ALL_RIGHTS;
  }

  /** An entry that maps the 4 KiB frame at {@code hpa}, write-back, with {@code rights}. */
  public static long page(long hpa, long rights) {
    return checked(hpa, FRAME_MASK) | WRITE_BACK | rights;
  }

  /** A level 2 entry that maps the 2 MiB frame at {@code hpa}, write-back, with {@code rights}. */
  public static long largePage(long hpa, long rights) {
    return checked(hpa, LARGE_FRAME_MASK) | LARGE | WRITE_BACK | rights;
  }

  /** The HPA of the 4 KiB frame or table that {@code entry} names. */
  public static long frame(long entry) {
    return entry & FRAME_MASK;
  }

  /** Whether {@code entry} is present: any right is given. */
  public static boolean isPresent(long entry) {
    return (entry & ALL_RIGHTS) != 0;
  }

  /** Whether {@code entry}, of level 2, maps a 2 MiB page. */
  public static boolean isLarge(long entry) {
    return (entry & LARGE) != 0;
  }

  /** Whether {@code entry}'s page was written. */
  public static boolean isDirty(long entry) {
    return (entry & DIRTY) != 0;
  }

  /** Whether {@code entry} was used by a translation. */
  public static boolean isAccessed(long entry) {
    return (entry & ACCESSED) != 0;
  }

  /** The index into the table of {@code level} (4 is the root, 1 the last) for {@code gpa}. */
  public static int index(long gpa, int level) {
    return (int) (gpa >>> (3 + 9 * level)) & 511;
  }

  /** Whether a present {@code entry} of {@code level} maps a page rather than refers to a table. */
  public static boolean isLeaf(long entry, int level) {
    return level == 1 || (level == 2 && isLarge(entry));
  }

  /**
   * Whether the present {@code entry} of {@code level} is one that the processor rejects with an
   * EPT misconfiguration (29.3.3.1): writable but not readable; execute-only, which this processor
   * does not report; a reserved bit; a reserved memory type.
   */
  public static boolean isMisconfigured(long entry, int level) {
    if ((entry & READ) == 0 || (entry & RESERVED) != 0) {
      return true;
    }
    if (!isLeaf(entry, level)) {
      long reserved = level == 2 ? 0x78 : 0xF8;
      return (entry & reserved) != 0;
    }
    int memoryType = (int) (entry >>> 3) & 7;
    boolean reservedType = memoryType == 2 || memoryType == 3 || memoryType == 7;
    return reservedType || (level == 2 && (entry & LARGE_RESERVED) != 0);
  }

  private static long checked(long hpa, long mask) {
    if ((hpa & ~mask) != 0) {
      throw new IllegalArgumentException(
          "HPA 0x%x: must be a multiple of 0x%x below 2^46"
              .formatted(hpa, Long.lowestOneBit(mask)));
    }
    return hpa;
  }
}
