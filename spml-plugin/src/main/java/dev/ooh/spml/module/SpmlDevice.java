package dev.ooh.spml.module;

import dev.ooh.ring.RingDevice;

/** The device's interface, beyond that of any {@link RingDevice}. */
public final class SpmlDevice {
  public static final String NAME = "ooh-spml";

  /**
   * Resumes logging (M13), which {@link RingDevice#COLLECT} paused when it drained the log (M14).
   */
  public static final int RESUME = RingDevice.FIRST_OWN;

  private SpmlDevice() {}
}
