package dev.ooh.machine.vmx;

import dev.ooh.machine.memory.HostMemory;

/**
 * A posted-interrupt descriptor, 64 bytes aligned to 64 (Intel SDM volume 3C, 30.6, table 30-1).
 *
 * <pre>
 *  bit 0                 256  257                  511
 * +---------------------+----+----------------------+
 * | PIR: a bit a vector | ON | for software         |
 * +---------------------+----+----------------------+
 * </pre>
 */
public final class PostedInterruptDescriptor {
  private static final int OUTSTANDING_NOTIFICATION = 32;

  private final HostMemory memory;
  private final long address;

  /** The descriptor at HPA {@code address}. */
  public PostedInterruptDescriptor(HostMemory memory, long address) {
    this.memory = memory;
    this.address = address;
  }

  /** Posts {@code vector}: sets its PIR bit and ON. */
  public void post(int vector) {
    long word = address + (vector >>> 6) * 8L;
    memory.writeLong(word, memory.readLong(word) | 1L << (vector & 63));
    memory.writeLong(address + OUTSTANDING_NOTIFICATION, 1);
  }

  /** Whether a notification is outstanding. */
  public boolean isOutstanding() {
    return (memory.readLong(address + OUTSTANDING_NOTIFICATION) & 1) != 0;
  }

  /**
   * Clears ON and moves every posted vector to the requested ones of {@code apic}.
   *
   * @return the highest vector moved, or 0
   */
  public int moveTo(VirtualApicPage apic) {
    memory.writeLong(address + OUTSTANDING_NOTIFICATION, 0);
    int highest = 0;
    for (int word = 0; word < 4; word++) {
      long bits = memory.readLong(address + word * 8L);
      memory.writeLong(address + word * 8L, 0);
      for (; bits != 0; bits &= bits - 1) {
        highest = word * 64 + Long.numberOfTrailingZeros(bits);
        apic.request(highest);
      }
    }
    return highest;
  }
}
