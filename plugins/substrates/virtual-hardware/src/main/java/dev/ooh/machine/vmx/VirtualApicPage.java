package dev.ooh.machine.vmx;

import dev.ooh.machine.memory.HostMemory;

/**
 * The registers of the virtual-APIC page that interrupt delivery uses (Intel SDM volume 3C, 30.1.1
 * and 30.2). Each 256-bit register is eight 32-bit words, 16 bytes apart.
 *
 * <pre>
 *  0A0H VPPR   processor priority, bits 7:0
 *  100H VISR   in service: vector v is bit v % 32 of the word at 100H + v / 32 * 10H
 *  200H VIRR   requested, likewise
 * </pre>
 */
public final class VirtualApicPage {
  private static final int VPPR = 0xA0;
  private static final int VISR = 0x100;
  private static final int VIRR = 0x200;

  private final HostMemory memory;
  private final long address;

  /** The page at HPA {@code address}. */
  public VirtualApicPage(HostMemory memory, long address) {
    this.memory = memory;
    this.address = address;
  }

  /** Marks {@code vector} as requested. */
  public void request(int vector) {
    set(VIRR, vector, true);
  }

  /** Moves {@code vector} from requested to in service. */
  public void beginService(int vector) {
    set(VIRR, vector, false);
    set(VISR, vector, true);
  }

  /** Ends the service of {@code vector} (EOI). */
  public void endService(int vector) {
    set(VISR, vector, false);
  }

  /** The highest requested vector, or 0. */
  public int highestRequested() {
    return highest(VIRR);
  }

  /** The highest vector in service, or 0. */
  public int highestInService() {
    return highest(VISR);
  }

  /** The processor's priority. */
  public int processorPriority() {
    return (int) memory.readLong(address + VPPR) & 0xFF;
  }

  /** Sets the processor's priority. */
  public void setProcessorPriority(int priority) {
    memory.writeLong(address + VPPR, priority);
  }

  private void set(int register, int vector, boolean on) {
    long word = address + register + (vector >>> 5) * 16L;
    long bit = 1L << (vector & 31);
    long value = memory.readLong(word);
    memory.writeLong(word, on ? value | bit : value & ~bit);
  }

  private int highest(int register) {
    for (int word = 7; word >= 0; word--) {
      long bits = memory.readLong(address + register + word * 16L) & 0xFFFF_FFFFL;
      if (bits != 0) {
        return word * 32 + 63 - Long.numberOfLeadingZeros(bits);
      }
    }
    return 0;
  }
}
