package dev.ooh.spml.module;

import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelModule;
import dev.ooh.machine.extension.ScheduleNotifier;
import dev.ooh.machine.extension.UioDevice;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** OoH Module for SPML: has the hypervisor log while a tracked process runs, and only then. */
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
  static final class Machine implements UioDevice, ScheduleNotifier {
    final KernelContext kernel;
    private final Map<Integer, TrackedProcess> opened = new HashMap<>();

    Machine(KernelContext kernel) {
      this.kernel = kernel;
    }

    @Override
    public Session open(GuestProcess opener) {
      if (opened.containsKey(opener.pid())) {
        throw new IllegalStateException(
            "%s: process %s (%d) has it open, wanted one tracker a process"
                .formatted(SpmlDevice.NAME, opener.name(), opener.pid()));
      }
      TrackedProcess tracked = new TrackedProcess(this, opener);
      opened.put(opener.pid(), tracked);
      return tracked;
    }

    @Override
    public void scheduledOut(GuestProcess process) {
      TrackedProcess tracked = opened.get(process.pid());
      if (tracked != null) {
        tracked.scheduledOut();
      }
    }

    @Override
    public void scheduledIn(GuestProcess process) {
      TrackedProcess tracked = opened.get(process.pid());
      if (tracked != null) {
        tracked.scheduledIn();
      }
    }

    void closed(TrackedProcess tracked) {
      opened.remove(tracked.process().pid());
    }

    private void stop() {
      for (TrackedProcess tracked : opened.values().toArray(TrackedProcess[]::new)) {
        tracked.close();
      }
    }
  }
}
