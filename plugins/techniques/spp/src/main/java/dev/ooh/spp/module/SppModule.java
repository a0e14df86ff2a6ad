package dev.ooh.spp.module;

import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelModule;
import dev.ooh.ring.RingDevice;
import org.jspecify.annotations.Nullable;

/**
 * OoH Module for SPP: tells the hypervisor which frames a tracked process has. Frames stay
 * protected whoever runs, so that a switch of processes changes nothing.
 */
public final class SppModule implements KernelModule {
  private @Nullable Machine machine;

  @Override
  public void load(KernelContext kernel) {
    Machine loaded = new Machine(kernel);
    kernel.registerDevice(SppDevice.NAME, loaded);
    machine = loaded;
  }

  @Override
  public void unload() {
    if (machine != null) {
      machine.stop();
      machine = null;
    }
  }

  /** The module at work on one machine. */
  private static final class Machine extends RingDevice<TrackedProcess> {
    Machine(KernelContext kernel) {
      super(SppDevice.NAME, kernel);
    }

    @Override
    protected TrackedProcess opened(GuestProcess opener) {
      return new TrackedProcess(this, opener);
    }
  }
}
