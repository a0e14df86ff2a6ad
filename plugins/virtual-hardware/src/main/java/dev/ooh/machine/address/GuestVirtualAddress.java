package dev.ooh.machine.address;

/**
 * A guest-virtual ("linear") address: what a program of the guest uses.
 *
 * @param value the address in bytes, 48 bits, canonical
 */
public record GuestVirtualAddress(long value) implements Comparable<GuestVirtualAddress> {

  /** Rejects a value whose bits 63:47 differ (Intel SDM volume 1, 3.3.7.1). */
  public GuestVirtualAddress {
    if (!isCanonical(value)) {
      throw new IllegalArgumentException(
          "guest-virtual address 0x%x: bits 63:47 must be equal".formatted(value));
    }
  }

  /** Whether bits 63:47 of {@code value} are equal, as 4-level paging demands. */
  public static boolean isCanonical(long value) {
    return value << 16 >> 16 == value;
  }

  @Override
  public int compareTo(GuestVirtualAddress other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return "GVA 0x%x".formatted(value);
  }
}
