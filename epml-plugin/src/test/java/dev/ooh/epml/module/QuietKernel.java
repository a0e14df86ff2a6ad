package dev.ooh.epml.module;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.GuestProcess;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.machine.extension.MemoryNotifier;
import dev.ooh.machine.extension.ProcessNotifier;
import dev.ooh.machine.extension.Registration;
import dev.ooh.machine.extension.ScheduleNotifier;
import dev.ooh.machine.extension.UioDevice;
import dev.ooh.machine.vmx.VmcsField;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/** A kernel without a machine: remembers what the module registers and writes. */
final class QuietKernel implements KernelContext {
  final Map<VmcsField, Long> fields = new HashMap<>();
  UioDevice device;
  Runnable interrupt;
  ScheduleNotifier scheduler;

  /** The first allocation: the guest PML page. */
  KernelPages firstPages;

  @Override
  public int processors() {
    return 1;
  }

  @Override
  public int processor() {
    return 0;
  }

  @Override
  public void onOthers(IntPredicate which, Runnable body) {}

  @Override
  public KernelPages allocatePages(int pages) {
    KernelPages allocated = new Words(pages);
    firstPages = firstPages == null ? allocated : firstPages;
    return allocated;
  }

  @Override
  public Registration registerDevice(String name, UioDevice newDevice) {
    device = newDevice;
    return () -> {};
  }

  @Override
  public InterruptLine requestInterrupt(Runnable handler) {
    interrupt = handler;
    return new InterruptLine() {
      @Override
      public int vector() {
        return 0x31;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void disableInterrupts() {}

  @Override
  public void enableInterrupts() {}

  @Override
  public Registration addScheduleNotifier(ScheduleNotifier notifier) {
    scheduler = notifier;
    return () -> {};
  }

  @Override
  public Registration addMemoryNotifier(GuestProcess process, MemoryNotifier notifier) {
    return () -> {};
  }

  @Override
  public Registration addProcessNotifier(ProcessNotifier notifier) {
    return () -> {};
  }

  @Override
  public GuestProcess traced(GuestProcess tracer, int pid) {
    return tracer;
  }

  @Override
  public long hypercall(long number, long a, long b, long c) {
    return 0;
  }

  @Override
  public long vmread(VmcsField field) {
    return fields.getOrDefault(field, 0L);
  }

  @Override
  public void vmwrite(VmcsField field, long value) {
    fields.put(field, value);
  }

  @Override
  public boolean clearDirty(GuestProcess process, long gva) {
    return false;
  }

  @Override
  public void clearDirty(GuestProcess process, long start, long end) {}

  @Override
  public boolean isDirty(GuestProcess process, long gva) {
    return false;
  }

  @Override
  public void count(Event event, long times) {}

  /** Memory of the Java heap. */
  private static final class Words implements KernelPages {
    private final long[] words;

    Words(int pages) {
      words = new long[pages * 512];
    }

    @Override
    public long gpa() {
      return 0x1000;
    }

    @Override
    public long bytes() {
      return 8L * words.length;
    }

    @Override
    public long getLong(long offset) {
      return words[(int) (offset / 8)];
    }

    @Override
    public void setLong(long offset, long value) {
      words[(int) (offset / 8)] = value;
    }

    @Override
    public void close() {}
  }
}
