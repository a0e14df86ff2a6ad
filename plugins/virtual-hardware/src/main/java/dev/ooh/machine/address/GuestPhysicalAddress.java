package dev.ooh.machine.address;

/**
 * A guest-physical address: what a guest's page tables yield and its EPT translates.
 *
 * @param value the address in bytes, 0 to 2^46 - 1
 */
public record GuestPhysicalAddress(long value) implements Comparable<GuestPhysicalAddress> {

  /** Rejects a value beyond the processor's physical-address width of 46 bits. */
  public GuestPhysicalAddress {
    if (value >>> 46 != 0) {
      throw new IllegalArgumentException(
          "guest-physical address 0x%x: must be below 2^46".formatted(value));
    }
  }

  @Override
  public int compareTo(GuestPhysicalAddress other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return "GPA 0x%x".formatted(value);
  }
}
