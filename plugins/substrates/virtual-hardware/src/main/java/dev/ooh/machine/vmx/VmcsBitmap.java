package dev.ooh.machine.vmx;

import dev.ooh.machine.memory.HostMemory;

/**
 * A VMREAD or VMWRITE bitmap: a 4 KiB page in which bit <i>n</i> makes the guest's access to the
 * field with encoding bits 14:0 equal to <i>n</i> exit (Intel SDM volume 3C, 25.6.15).
 *
 * <pre>
 *  byte 0                      byte 4095
 * +-+-+-+-+-+-+-+-+--- ... ---+-----------------+
 * |7|6|5|4|3|2|1|0|           | 7FFFH ... 7FF8H |   bit n: byte n / 8, bit n % 8
 * +-+-+-+-+-+-+-+-+--- ... ---+-----------------+
 * </pre>
 */
public final class VmcsBitmap {
  private final HostMemory memory;
  private final long address;

  private VmcsBitmap(HostMemory memory, long address) {
    this.memory = memory;
    this.address = address;
  }

  /** A new bitmap that makes every access exit, in a frame of its own, which the caller frees. */
  public static VmcsBitmap allocate(HostMemory memory) {
    long address = memory.allocateFrame();
    memory.fill(address, HostMemory.FRAME, (byte) 0xFF);
    return new VmcsBitmap(memory, address);
  }

  /** The bitmap that is at {@code address} already. */
  public static VmcsBitmap at(HostMemory memory, long address) {
    return new VmcsBitmap(memory, address);
  }

  /** The HPA of the page. */
  public long address() {
    return address;
  }

  /** Lets the guest's access to {@code field} reach the shadow VMCS, or makes it exit. */
  public void allow(VmcsField field, boolean allowed) {
    long word = address + (field.encoding() >>> 6) * 8L;
    long bit = 1L << (field.encoding() & 63);
    long value = memory.readLong(word);
    memory.writeLong(word, allowed ? value & ~bit : value | bit);
  }

  /**
   * Whether an access with {@code encoding} exits: its bit is set, or it has a bit above bit 14.
   */
  public boolean exits(long encoding) {
    if (encoding >>> 15 != 0) {
      return true;
    }
    return (memory.readLong(address + (encoding >>> 6) * 8) >>> (encoding & 63) & 1) != 0;
  }
}
