package dev.ooh.machine.address;

/** The page sizes of the machine, at both levels of translation (it reports no 1 GiB pages). */
public enum PageSize {
  /** 4 KiB, mapped by a level 1 entry. */
  SMALL(12),
  /** 2 MiB, mapped by a level 2 entry with its PS bit set. */
  LARGE(21);

  private final int shift;

  PageSize(int shift) {
    this.shift = shift;
  }

  /** The binary logarithm of {@link #bytes()}. */
  public int shift() {
    return shift;
  }

  /** The size in bytes. */
  public long bytes() {
    return 1L << shift;
  }

  /** The first address of the page that holds {@code address}. */
  public long floor(long address) {
    return address & -bytes();
  }

  /** The lowest page boundary at or above {@code address}. */
  public long ceil(long address) {
    return floor(address + bytes() - 1);
  }

  /** The offset of {@code address} in its page, in bytes. */
  public long offset(long address) {
    return address & (bytes() - 1);
  }

  /** Whether {@code address} is the first of a page. */
  public boolean isAligned(long address) {
    return offset(address) == 0;
  }
}
