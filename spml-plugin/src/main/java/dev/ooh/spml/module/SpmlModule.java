package dev.ooh.spml.module;

import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelModule;
import dev.ooh.machine.extension.ScheduleNotifier;
import dev.ooh.ring.RingDevice;
import org.jspecify.annotations.Nullable;

/** OoH Module for SPML: turns the hypervisor's log on while a tracked process runs. */
public final class SpmlModule implements KernelModule {
  private @Nullable Machine machine;

  @Override
  public void load(KernelContext kernel) {
    Machine loaded = new Machine(kernel);
    kernel.registerDevice(SpmlDevice.NAME, loaded);
    kernel.addScheduleNotifier(loaded);
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
  private static final class Machine extends RingDevice<TrackedProcess>
      implements ScheduleNotifier {
    Machine(KernelContext kernel) {
      super(SpmlDevice.NAME, kernel);
    }

    @Override
    protected TrackedProcess opened(GuestProcess opener) {
      return new TrackedProcess(this, opener);
    }

    @Override
    public void scheduledOut(GuestProcess process) {
      TrackedProcess tracked = fileOf(process);
      if (tracked != null) {
        tracked.scheduledOut();
      }
    }

    @Override
    public void scheduledIn(GuestProcess process) {
      TrackedProcess tracked = fileOf(process);
      if (tracked != null) {
        tracked.scheduledIn();
      }
    }
  }
}
