package dev.ooh.machine.hypervisor;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.ExitHandler;
import dev.ooh.machine.extension.HostFrame;
import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.extension.HypervisorContext;
import dev.ooh.machine.extension.PageModificationLog;
import dev.ooh.machine.extension.Registration;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.vmx.VmcsField;
import java.util.ArrayList;
import java.util.List;

/** One module's view of the hypervisor; takes back what the module forgets. */
final class HypervisorModuleContext implements HypervisorContext {
  private final VirtualMachine machine;
  private final List<Registration> held = new ArrayList<>();

  HypervisorModuleContext(VirtualMachine machine) {
    this.machine = machine;
  }

  void releaseAll() {
    List.copyOf(held).reversed().forEach(Registration::close);
    held.clear();
  }

  private Registration hold(Registration registration) {
    held.add(registration);
    return registration;
  }

  @Override
  public int processors() {
    return machine.processors().count();
  }

  @Override
  public Registration registerHypercall(long number, HypercallHandler handler) {
    return hold(machine.hypercalls().register(number, handler));
  }

  @Override
  public Registration registerExitHandler(int reason, ExitHandler handler) {
    return hold(machine.exitHandlers().register(reason, handler));
  }

  @Override
  public PageModificationLog openPageModificationLog(PageModificationLog.Reader reader) {
    PageModificationLog log = machine.pageModificationLogging().open(reader);
    hold(log::close);
    return log;
  }

  @Override
  public boolean isGuestMemory(long gpa, long bytes) {
    return machine.isGuestMemory(gpa, bytes);
  }

  @Override
  public long readGuest(long gpa) {
    return machine.readGuest(gpa);
  }

  @Override
  public void writeGuest(long gpa, long value) {
    machine.writeGuest(gpa, value);
  }

  @Override
  public Registration pin(long gpa) {
    return hold(machine.pin(gpa));
  }

  @Override
  public long translate(long gpa) {
    return machine.translate(gpa);
  }

  @Override
  public void changeEptEntry(long gpa, long clear, long set) {
    machine.ept().change(gpa, clear, set);
  }

  @Override
  public void invept() {
    machine.processors().invept();
  }

  @Override
  public HostFrame allocateFrame() {
    Frame frame = new Frame(machine.memory());
    hold(frame);
    return frame;
  }

  @Override
  public Registration shadowField(VmcsField field, boolean guestReads, boolean guestWrites) {
    return hold(machine.shadowing().allow(field, guestReads, guestWrites));
  }

  @Override
  public long vmread(VmcsField field) {
    return machine.processors().executing().vmcs().read(field);
  }

  @Override
  public void vmwrite(VmcsField field, long value) {
    machine.processors().interruptOthers();
    machine.processors().all().forEach(vcpu -> vcpu.vmcs().write(field, value));
  }

  @Override
  public void count(Event event, long times) {
    machine.counters().count(event, times);
  }

  private static final class Frame implements HostFrame {
    private final HostMemory memory;
    private final long hpa;
    private boolean freed;

    Frame(HostMemory memory) {
      this.memory = memory;
      this.hpa = memory.allocateFrame();
    }

    @Override
    public long hpa() {
      return hpa;
    }

    @Override
    public long getLong(long offset) {
      return memory.readLong(hpa + offset);
    }

    @Override
    public void setLong(long offset, long value) {
      memory.writeLong(hpa + offset, value);
    }

    @Override
    public void close() {
      if (!freed) {
        freed = true;
        memory.freeFrame(hpa);
      }
    }
  }
}
