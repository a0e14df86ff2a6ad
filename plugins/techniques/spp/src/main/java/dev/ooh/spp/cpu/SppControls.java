package dev.ooh.spp.cpu;

import dev.ooh.machine.vmx.VmcsField;

/**
 * What turns sub-page write permission on, and the exit that it adds (Intel SDM volume 3C, 25.6.2,
 * 29.3.4 and 28.2.1, volume 3D, appendix B and C).
 *
 * <pre>
 * secondary processor-based controls, bit 23: sub-page write permissions for EPT
 *
 * sub-page-permission-table pointer, 64-bit control
 *  63           46 45                    12 11                      0
 * +---------------+------------------------+------------------------+
 * | reserved: 0   | root table (HPA &gt;&gt; 12)  |           0            |
 * +---------------+------------------------+------------------------+
 *
 * EPT entry of a page of 4 KiB, bit 61: sub-page write permissions, where W (bit 1) is 0
 * </pre>
 */
public final class SppControls {
  /** The sub-page-permission-table pointer. */
  public static final VmcsField SPPT_POINTER =
      new VmcsField(0x2030, "sub-page-permission-table pointer");

  /** Secondary: sub-page write permissions for EPT. */
  public static final long ENABLE = 1 << 23;

  /** Bit 61 of an EPT entry: its page has permissions for each sub-page. */
  public static final long EPT_SUB_PAGES = 1L << 61;

  /** W of an EPT entry: all of its page can be written. */
  public static final long EPT_WRITE = 1 << 1;

  /** Basic exit reason: a write found no valid SPPT entry, or a reserved bit. */
  public static final int EXIT_REASON = 66;

  /** Qualification of that exit: an SPPT miss; clear for an SPPT misconfiguration. */
  public static final long MISS = 1 << 11;

  private SppControls() {}
}
