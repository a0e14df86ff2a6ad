package dev.ooh.epml.cpu;

import dev.ooh.machine.vmx.VmcsField;
import java.util.List;

/**
 * The VMCS fields that EPML adds. Their encodings follow Intel SDM volume 3C, appendix B, at
 * indexes that the SDM leaves free.
 *
 * <pre>
 * guest PML address, 64-bit control
 *  63                                      12 11         1  0
 * +------------------------------------------+------------+--+
 * |        address of the guest PML page     |     0      |E |    E: log
 * +------------------------------------------+------------+--+
 * The guest writes a GPA; the processor keeps the HPA.
 *
 * guest PML index, 16-bit guest state: where the next GVA is logged, 511 down to 0, then FFFFH
 *
 * guest PML overflow, 16-bit guest state: 1 once a GVA found the index out of range; stays until
 * the guest writes 0
 *
 * guest PML notification, 16-bit control
 *  15            8 7             0
 * +---------------+---------------+
 * |   threshold   |    vector     |
 * +---------------+---------------+
 * A self-IPI with the vector is sent when the index has come down to the threshold.
 * </pre>
 */
public final class GuestPmlFields {
  /** Where GVAs are logged: the guest writes a GPA, and bit 0 to log. */
  public static final VmcsField ADDRESS = new VmcsField(0x20F0, "guest PML address");

  /** The index of the next entry: 511 down to 0, then FFFFH. */
  public static final VmcsField INDEX = new VmcsField(0x08F0, "guest PML index");

  /** 1 once a GVA found no room, until the guest writes 0. */
  public static final VmcsField OVERFLOW = new VmcsField(0x08F2, "guest PML overflow");

  /** The vector of the self-IPI, and the index at which it is sent. */
  public static final VmcsField NOTIFICATION = new VmcsField(0x00F0, "guest PML notification");

  /** All that EPML adds. */
  public static final List<VmcsField> ALL = List.of(ADDRESS, INDEX, OVERFLOW, NOTIFICATION);

  /** Bit 0 of {@link #ADDRESS}. */
  public static final long ENABLE = 1;

  /** The index of the entry that is filled first; a page has one entry more. */
  public static final int FIRST_INDEX = 511;

  private static final long FRAME = 0x000F_FFFF_FFFF_F000L;

  private GuestPmlFields() {}

  /** The value of {@link #ADDRESS} that logs to the page at {@code address}. */
  public static long logTo(long address) {
    return (address & FRAME) | ENABLE;
  }

  static long frame(long addressField) {
    return addressField & FRAME;
  }

  static boolean isEnabled(long addressField) {
    return (addressField & ENABLE) != 0;
  }

  /**
   * The value of {@link #NOTIFICATION}.
   *
   * @param vector of the self-IPI, 16 to 255
   * @param threshold 1 to 255: the index at which the self-IPI is sent; one GVA more than that
   *     still finds room
   * @throws IllegalArgumentException if {@code threshold} is out of its range
   */
  public static long notification(int vector, int threshold) {
    if (threshold < 1 || threshold > 255) {
      throw new IllegalArgumentException(
          "guest PML threshold is " + threshold + ", wanted 1 to 255");
    }
    return (long) threshold << 8 | (vector & 0xFF);
  }

  static int vector(long notification) {
    return (int) (notification & 0xFF);
  }

  static int threshold(long notification) {
    return (int) (notification >>> 8) & 0xFF;
  }
}
