package dev.ooh.spp.module;

import dev.ooh.ring.RingDevice;

/** The device's interface, beyond that of any {@link RingDevice}. */
public final class SppDevice {
  public static final String NAME = "ooh-spp";

  /** Granules of 128 bytes; with n more, n from 0 to 5, of 128 × 2<sup>n</sup>. */
  public static final int GRANULE = RingDevice.FIRST_OWN;

  private SppDevice() {}
}
