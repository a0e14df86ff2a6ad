package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Processors;
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
import java.util.function.IntPredicate;

/** One module's view of the kernel; takes back what the module forgets. */
final class ModuleContext implements KernelContext {
  private final Processors processors;
  private final CrossCalls calls;
  private final Shootdowns shootdowns;
  private final FrameAllocator frames;
  private final Processes processes;
  private final MemoryManager memory;
  private final Devices devices;
  private final InterruptVectors interruptVectors;
  private final List<Registration> held = new ArrayList<>();

  ModuleContext(
      Processors processors,
      CrossCalls calls,
      Shootdowns shootdowns,
      FrameAllocator frames,
      Processes processes,
      MemoryManager memory,
      Devices devices,
      InterruptVectors interruptVectors) {
    this.processors = processors;
    this.calls = calls;
    this.shootdowns = shootdowns;
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
    KernelPages allocated = new PhysicalPages(processors.directMap(), frames, pages);
    held.add(allocated::close);
    return allocated;
  }

  @Override
  public Registration registerDevice(String name, UioDevice device) {
    return hold(devices.register(name, device));
  }

  @Override
  public InterruptLine requestInterrupt(Runnable handler) {
    int vector = interruptVectors.take(() -> interrupted(handler));
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

  private void interrupted(Runnable handler) {
    try {
      handler.run();
    } finally {
      shootdowns.send();
    }
  }

  @Override
  public void disableInterrupts() {
    vcpu().disableInterrupts();
  }

  @Override
  public void enableInterrupts() {
    vcpu().enableInterrupts();
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
    return vcpu().vmcall(number, a, b, c);
  }

  @Override
  public long vmread(VmcsField field) {
    processors.counters().count(Event.VMREAD);
    VmreadResult result = vcpu().vmread(field);
    check("vmread", field, result.status());
    return result.value();
  }

  @Override
  public void vmwrite(VmcsField field, long value) {
    processors.counters().count(Event.VMWRITE);
    check("vmwrite", field, vcpu().vmwrite(field, value));
  }

  @Override
  public int processors() {
    return processors.count();
  }

  @Override
  public int processor() {
    return vcpu().number();
  }

  @Override
  public void onOthers(IntPredicate which, Runnable body) {
    for (int i = 0; i < processors.count(); i++) {
      if (i != processor() && which.test(i)) {
        calls.run(i, Event.FUNCTION_CALL_IPI, body);
      }
    }
  }

  private Vcpu vcpu() {
    return processors.executing();
  }

  private static void check(String instruction, VmcsField field, VmxStatus status) {
    if (!status.succeeded()) {
      throw new IllegalStateException(
          "%s of %s ended with %s, wanted VMsucceed".formatted(instruction, field, status));
    }
  }

  @Override
  public boolean clearDirty(GuestProcess process, long gva) {
    return memory.clearDirty(own(process), gva);
  }

  @Override
  public void clearDirty(GuestProcess process, long start, long end) {
    memory.clearDirty(own(process), start, end);
  }

  @Override
  public boolean isDirty(GuestProcess process, long gva) {
    long entry = own(process).tables().get(gva);
    return GuestPte.isPresent(entry) && GuestPte.isDirty(entry);
  }

  @Override
  public void count(Event event, long times) {
    processors.counters().count(event, times);
  }

  private UserProcess own(GuestProcess process) {
    if (process instanceof UserProcess mine && mine.isLiveIn(processes)) {
      return mine;
    }
    throw new IllegalArgumentException(process + " is no live process of this kernel");
  }
}
