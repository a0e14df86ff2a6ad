package dev.ooh.machine.vmx;

/**
 * The VM-execution controls that this machine has (Intel SDM volume 3C, 25.6.1 and 25.6.2, tables
 * 25-5 to 25-7), as bits of the three VMCS fields.
 *
 * <pre>
 *  pin-based:   bit 7 process posted interrupts
 *  primary:     bit 31 activate secondary controls
 *  secondary:   bit 1 enable EPT | bit 5 enable VPID | bit 9 virtual-interrupt delivery
 *               | bit 14 VMCS shadowing | bit 17 enable PML
 * </pre>
 */
public final class Controls {
  /** Pin-based: process posted interrupts. */
  public static final long PROCESS_POSTED_INTERRUPTS = 1 << 7;

  /** Primary: activate secondary controls. */
  public static final long ACTIVATE_SECONDARY = 1L << 31;

  /** Secondary: enable EPT. */
  public static final long ENABLE_EPT = 1 << 1;

  /** Secondary: enable VPID. */
  public static final long ENABLE_VPID = 1 << 5;

  /** Secondary: virtual-interrupt delivery. */
  public static final long VIRTUAL_INTERRUPT_DELIVERY = 1 << 9;

  /** Secondary: VMCS shadowing. */
  public static final long VMCS_SHADOWING = 1 << 14;

  /** Secondary: enable PML. */
  public static final long ENABLE_PML = 1 << 17;

  private Controls() {}
}
