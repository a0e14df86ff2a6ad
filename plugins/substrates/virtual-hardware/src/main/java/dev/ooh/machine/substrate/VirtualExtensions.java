package dev.ooh.machine.substrate;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounts;
import dev.ooh.machine.extension.CpuExtension;
import dev.ooh.machine.extension.DeviceFile;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.HypervisorModule;
import dev.ooh.machine.extension.KernelModule;
import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.machine.kernel.Devices;
import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.UserProcess;
import java.util.function.Supplier;

/** A machine's extension points, as one of its processes sees them. */
final class VirtualExtensions implements MachineExtensions {
  private final Machine machine;
  private final UserProcess process;
  private final TechniqueProcess tracker;

  /**
   * @param process the tracked one
   */
  VirtualExtensions(Machine machine, UserProcess process, TechniqueProcess tracker) {
    this.machine = machine;
    this.process = process;
    this.tracker = tracker;
  }

  @Override
  public GuestProcess process() {
    return process;
  }

  @Override
  public <M extends KernelModule> Loaded<M> loadKernelModule(Class<M> type, Supplier<M> module) {
    return tracker.service(() -> machine.kernel().modules().load(tracker.process(), type, module));
  }

  @Override
  public <M extends HypervisorModule> Loaded<M> loadHypervisorModule(
      Class<M> type, Supplier<M> module) {
    M loaded = enter(() -> machine.hypervisorModules().load(type, module));
    return new Reference<>(loaded, type);
  }

  @Override
  public <X extends CpuExtension> Loaded<X> installCpuExtension(
      Class<X> type, Supplier<X> extension) {
    X installed = enter(() -> machine.hypervisorModules().install(type, extension));
    return new Reference<>(installed, type);
  }

  @Override
  public DeviceFile open(String device) {
    Devices devices = machine.kernel().devices();
    return tracker.isOwn()
        ? tracker.service(() -> devices.openMapped(tracker.process(), device))
        : devices.open(process, device);
  }

  @Override
  public EventCounts events() {
    return machine.costs().counts();
  }

  @Override
  public void count(Event event, long times) {
    machine.kernel().entry().look(() -> machine.kernel().counters().count(event, times));
  }

  @Override
  public void atomically(Runnable body) {
    tracker.service(body);
  }

  private <T> T enter(Supplier<T> body) {
    return tracker.service(body);
  }

  private final class Reference<M> implements Loaded<M> {
    private final M part;
    private final Class<?> type;
    private boolean held = true;

    Reference(M part, Class<?> type) {
      this.part = part;
      this.type = type;
    }

    @Override
    public M module() {
      return part;
    }

    @Override
    public void close() {
      if (!machine.isStopped()) {
        GuestKernel kernel = machine.kernel();
        kernel
            .entry()
            .service(
                kernel.idle(),
                () -> {
                  if (held) {
                    held = false;
                    machine.hypervisorModules().release(type);
                  }
                });
      }
    }
  }
}
