package dev.ooh.epml.lib;

import dev.ooh.epml.module.EpmlDevice;
import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.memory.PageSet;
import dev.ooh.ring.RingLibrary;

/** OoH Lib for EPML: the ring holds GVAs already, so nothing is mapped back. */
public final class OohLib extends RingLibrary {
  /**
   * Opens the device.
   *
   * @throws IllegalStateException if the process has it open already
   */
  public OohLib(MachineExtensions machine) {
    super(machine, EpmlDevice.NAME);
  }

  /** One: a GVA, from the processor's log or from the kernel module. */
  @Override
  protected int entriesPerPage() {
    return 1;
  }

  @Override
  protected PageSet resolve(long[] entries) {
    return PageSet.ofPages(entries, entries.length);
  }
}
