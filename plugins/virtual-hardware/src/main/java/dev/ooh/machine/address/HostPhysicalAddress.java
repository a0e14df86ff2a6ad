package dev.ooh.machine.address;

/**
 * A host-physical address: where a byte is in the machine's memory.
 *
 * @param value the address in bytes, 0 to 2^46 - 1
 */
public record HostPhysicalAddress(long value) implements Comparable<HostPhysicalAddress> {

  /** Rejects a value beyond the processor's physical-address width of 46 bits. */
  public HostPhysicalAddress {
    if (value >>> 46 != 0) {
      throw new IllegalArgumentException(
          "host-physical address 0x%x: must be below 2^46".formatted(value));
    }
  }

  @Override
  public int compareTo(HostPhysicalAddress other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return "HPA 0x%x".formatted(value);
  }
}
