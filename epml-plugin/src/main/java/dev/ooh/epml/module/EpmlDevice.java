package dev.ooh.epml.module;

import dev.ooh.ring.RingDevice;

/** The device's name; its interface is that of any {@link RingDevice}. */
public final class EpmlDevice {
  public static final String NAME = "ooh-epml";

  private EpmlDevice() {}
}
