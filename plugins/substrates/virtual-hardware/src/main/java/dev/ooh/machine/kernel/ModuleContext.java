package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.machine.extension.MemoryNotifier;
import dev.ooh.machine.extension.ProcessNotifier;
import dev.ooh.machine.extension.Registration;
import dev.ooh.machine.extension.ScheduleNotifier;
import dev.ooh.machine.extension.UioDevice;
import dev.ooh.machine.paging.GuestPte;
import dev.ooh.machine.vmx.VmcsField;
import dev.ooh.machine.vmx.VmreadResult;
import dev.ooh.machine.vmx.VmxStatus;
import java.util.ArrayList;
import java.util.List;

/** One module's view of the kernel; takes back what the module forgets. */
final class ModuleContext implements KernelContext {
  private final Vcpu vcpu;
  private final FrameAllocator frames;
  private final Processes processes;
  private final MemoryManager memory;
  private final Devices devices;
  private final InterruptVectors interruptVectors;
  private final List<Registration> held = new ArrayList<>();

  ModuleContext(
      Vcpu vcpu,
      FrameAllocator frames,
      Processes processes,
      MemoryManager memory,
      Devices devices,
      InterruptVectors interruptVectors) {
    this.vcpu = vcpu;
    this.frames = frames;
    this.processes = processes;
    this.memory = memory;
    this.devices = devices;
    this.interruptVectors = interruptVectors;
  }

  /** Undoes what is left, the newest first. */
  void releaseAll() {
    List.copyOf(held).reversed().forEach(Registration::close);
  }

  private Registration hold(Registration undo) {
    Registration[] self = new Registration[1];
    self[0] =
        () -> {
          if (held.remove(self[0])) {
            undo.close();
          }
        };
    held.add(self[0]);
    return self[0];
  }

  @Override
  public KernelPages allocatePages(int pages) {
    KernelPages allocated = new PhysicalPages(vcpu, frames, pages);
    held.add(allocated::close);
    return allocated;
  }

  @Override
  public Registration registerDevice(String name, UioDevice device) {
    return hold(devices.register(name, device));
  }

  @Override
  public InterruptLine requestInterrupt(Runnable handler) {
    int vector = interruptVectors.take(handler);
    Registration registration = hold(() -> interruptVectors.free(vector));
    return new InterruptLine() {
      @Override
      public int vector() {
        return vector;
      }

      @Override
      public void close() {
        registration.close();
      }
    };
  }

  @Override
  public void disableInterrupts() {
    vcpu.disableInterrupts();
  }

  @Override
  public void enableInterrupts() {
    vcpu.enableInterrupts();
  }

  @Override
  public Registration addScheduleNotifier(ScheduleNotifier notifier) {
    processes.scheduleNotifiers().add(notifier);
    return hold(() -> processes.scheduleNotifiers().remove(notifier));
  }

  @Override
  public Registration addMemoryNotifier(GuestProcess process, MemoryNotifier notifier) {
    UserProcess target = own(process);
    target.memoryNotifiers.add(notifier);
    return hold(() -> target.memoryNotifiers.remove(notifier));
  }

  @Override
  public Registration addProcessNotifier(ProcessNotifier notifier) {
    processes.processNotifiers().add(notifier);
    return hold(() -> processes.processNotifiers().remove(notifier));
  }

  @Override
  public GuestProcess traced(GuestProcess tracer, int pid) {
    UserProcess target = processes.get(pid);
    if (target == null) {
      throw new IllegalStateException("ESRCH: no process has number " + pid);
    }
    processes.checkAccess(own(tracer), target);
    return target;
  }

  @Override
  public long hypercall(long number, long a, long b, long c) {
    return vcpu.vmcall(number, a, b, c);
  }

  @Override
  public long vmread(VmcsField field) {
    vcpu.counters().count(Event.VMREAD);
    VmreadResult result = vcpu.vmread(field);
    check("vmread", field, result.status());
    return result.value();
  }

  @Override
  public void vmwrite(VmcsField field, long value) {
    vcpu.counters().count(Event.VMWRITE);
    check("vmwrite", field, vcpu.vmwrite(field, value));
  }

  private static void check(String instruction, VmcsField field, VmxStatus status) {
    if (!status.succeeded()) {
      throw new IllegalStateException(
          "%s of %s ended with %s, wanted VMsucceed".formatted(instruction, field, status));
    }
  }

  @Override
  public boolean clearDirty(GuestProcess process, long gva) {
    UserProcess target = own(process);
    if (GuestPte.isPresent(target.tables().get(gva))) {
      vcpu.counters().count(Event.CLEAR_REFS);
    }
    return memory.clearDirty(target, gva);
  }

  @Override
  public boolean isDirty(GuestProcess process, long gva) {
    long entry = own(process).tables().get(gva);
    return GuestPte.isPresent(entry) && GuestPte.isDirty(entry);
  }

  @Override
  public void count(Event event, long times) {
    vcpu.counters().count(event, times);
  }

  private UserProcess own(GuestProcess process) {
    if (process instanceof UserProcess mine && processes.get(mine.pid()) == mine) {
      return mine;
    }
    throw new IllegalArgumentException(process + " is no live process of this kernel");
  }
}
