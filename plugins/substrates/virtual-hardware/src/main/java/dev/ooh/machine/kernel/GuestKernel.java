package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.ThreadState;
import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.extension.ProcessNotifier;
import dev.ooh.machine.extension.ScheduleNotifier;
import dev.ooh.machine.hypervisor.VirtualMachine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The guest's kernel: processes, system calls, and who is told of what.
 *
 * <p>Host threads come in by {@link #enter}; everything else here is for the machine's CPU.
 */
public final class GuestKernel {
  private final VirtualMachine machine;
  private final Vcpu vcpu;
  private final EventCounters counters;
  private final FrameAllocator frames;
  private final ReverseMap reverseMap = new ReverseMap();
  private final MemoryManager memory;
  private final PageFaults pageFaults;
  private final Mappings mappings;
  private final SoftDirty softDirty;
  private final RemoteAccess remoteAccess;
  private final Devices devices;
  private final KernelModules modules;
  private final InterruptVectors interruptVectors;
  private final Scheduler scheduler;
  private final Map<Integer, UserProcess> processes = new HashMap<>();
  private final List<ScheduleNotifier> scheduleNotifiers = new ArrayList<>();
  private final List<ProcessNotifier> processNotifiers = new ArrayList<>();

  /** Whose page tables are loaded when no program's are. */
  private final UserProcess idle;

  private UserProcess current;
  private int nextPid = 1;

  /**
   * Boots.
   *
   * @param seed of the scheduler
   * @param quantum polls and translation misses between hand-overs, on average
   */
  public GuestKernel(VirtualMachine machine, long seed, int quantum) {
    this.machine = machine;
    this.vcpu = machine.vcpu();
    this.counters = machine.counters();
    this.frames = new FrameAllocator(machine.ept().guestBytes());
    this.memory = new MemoryManager(this, vcpu, frames, reverseMap);
    this.pageFaults = new PageFaults(this, vcpu, memory, reverseMap);
    this.mappings = new Mappings(this, memory);
    this.softDirty = new SoftDirty(this);
    this.remoteAccess = new RemoteAccess(this, memory, pageFaults);
    this.devices = new Devices(this);
    this.modules = new KernelModules(this);
    this.interruptVectors = new InterruptVectors(vcpu);
    this.scheduler = new Scheduler(counters, seed, quantum, this::switchTo, vcpu::poll);
    vcpu.setFaultHandler(pageFaults::handle);
    this.idle = newProcess("idle");
    this.current = idle;
    vcpu.loadCr3(idle.tables().root(), idle.translations());
    vcpu.loadThreadState(ThreadState.USER);
  }

  public VirtualMachine machine() {
    return machine;
  }

  public EventCounters counters() {
    return counters;
  }

  public Scheduler scheduler() {
    return scheduler;
  }

  public KernelModules modules() {
    return modules;
  }

  public Devices devices() {
    return devices;
  }

  public Mappings mappings() {
    return mappings;
  }

  public SoftDirty softDirty() {
    return softDirty;
  }

  public RemoteAccess remoteAccess() {
    return remoteAccess;
  }

  Vcpu vcpu() {
    return vcpu;
  }

  FrameAllocator frames() {
    return frames;
  }

  ReverseMap reverseMap() {
    return reverseMap;
  }

  MemoryManager memory() {
    return memory;
  }

  // ---- Entering -------------------------------------------------------------------------------

  /**
   * Runs {@code body} on the machine's CPU in {@code process}, as one step: waits for an
   * instruction boundary unless the caller has the CPU.
   */
  public <T> T enter(UserProcess process, Supplier<T> body) {
    return call(() -> scheduler.runAtomically(process, body::get));
  }

  /** {@link #enter} for what writes to no process's memory, even while writers stand still. */
  public <T> T serve(UserProcess process, Supplier<T> body) {
    return call(() -> scheduler.serve(process, body::get));
  }

  private static <T> T call(Callable<T> step) {
    try {
      return step.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e); // A Supplier throws nothing checked.
    }
  }

  /** {@link #enter} as a process of its own, other than those that programs run in. */
  public <T> T outside(Supplier<T> body) {
    return enter(idle, body);
  }

  /** {@link #serve}, likewise. */
  public <T> T serveOutside(Supplier<T> body) {
    return serve(idle, body);
  }

  /** Looks, or counts, at an instruction boundary, without an effect on what runs. Any thread. */
  public <T> T atBoundary(Supplier<T> body) {
    return call(() -> scheduler.observe(body::get));
  }

  /** {@link #serve} for kernel code. */
  <T> T serveInKernel(UserProcess process, Supplier<T> body) {
    return serve(process, () -> inKernel(body));
  }

  /** {@link #enter} for kernel code. */
  <T> T enterKernel(UserProcess process, Supplier<T> body) {
    return enter(process, () -> inKernel(body));
  }

  /** A system call of the current process: counted (M1), in supervisor mode. */
  <T> T systemCall(Supplier<T> body) {
    counters.count(Event.USER_TO_KERNEL_SWITCH);
    return inKernel(body);
  }

  <T> T inKernel(Supplier<T> body) {
    ThreadState before = vcpu.saveThreadState();
    vcpu.loadThreadState(new ThreadState(0, before.interruptsDisabled()));
    try {
      return body.get();
    } finally {
      vcpu.loadThreadState(before);
    }
  }

  // ---- Processes ------------------------------------------------------------------------------

  /** The process whose page tables are loaded. */
  public UserProcess currentProcess() {
    return current;
  }

  @Nullable UserProcess process(int pid) {
    return processes.get(pid);
  }

  /** Makes a process without any mapping. Any thread. */
  public UserProcess createProcess(String name) {
    return serveInKernel(idle, () -> newProcess(name));
  }

  private UserProcess newProcess(String name) {
    UserProcess process = new UserProcess(this, nextPid++, name, new PageTables(vcpu, frames));
    processes.put(process.pid(), process);
    return process;
  }

  /** Forks; a system call of {@code parent}. Any thread. */
  public UserProcess fork(UserProcess parent, String name) {
    return enter(
        parent,
        () ->
            systemCall(
                () -> {
                  UserProcess child = newProcess(name);
                  memory.fork(parent, child);
                  List.copyOf(processNotifiers).forEach(n -> n.forked(parent, child));
                  return child;
                }));
  }

  /** Ends a process: its memory is unmapped, its files closed; its threads can't go on. */
  public void exit(UserProcess process) {
    enterKernel(
        idle,
        () -> {
          if (process.isAlive()) {
            devices.closeAll(process);
            // Mapping by mapping: the whole range at once would visit every hole in it.
            for (Vma vma : List.copyOf(process.vmas.values())) {
              memory.unmap(process, vma.start, vma.end);
            }
            process.tables().free();
            process.markDead();
            processes.remove(process.pid());
            List.copyOf(processNotifiers).forEach(n -> n.exited(process));
            process.memoryNotifiers.clear();
            scheduler.wakeAll(process);
          }
          return process;
        });
  }

  /** Opens a userfaultfd of {@code process}; a system call. Any thread. */
  public Userfault userfaultfd(UserProcess process, Userfault.Mode mode) {
    return serve(process, () -> systemCall(() -> new Userfault(this, process, mode)));
  }

  // ---- The processor --------------------------------------------------------------------------

  /** Loads the process's page tables, unless they are loaded. */
  private void switchTo(UserProcess next) {
    UserProcess previous = current;
    if (previous == next) {
      return;
    }
    inKernel(
        () -> {
          if (previous != idle) {
            List.copyOf(scheduleNotifiers).forEach(n -> n.scheduledOut(previous));
          }
          current = next;
          vcpu.loadCr3(next.tables().root(), next.translations());
          if (next != idle) {
            List.copyOf(scheduleNotifiers).forEach(n -> n.scheduledIn(next));
          }
          return next;
        });
  }

  /** Drops all cached translations of a process. Those of a process that isn't loaded are gone. */
  void flush(UserProcess process) {
    if (process == current) {
      vcpu.loadCr3(process.tables().root(), process.translations());
    }
  }

  InterruptVectors interruptVectors() {
    return interruptVectors;
  }

  List<ScheduleNotifier> scheduleNotifiers() {
    return scheduleNotifiers;
  }

  List<ProcessNotifier> processNotifiers() {
    return processNotifiers;
  }

  /**
   * Stops the machine: modules are unloaded, threads can't go on, memory goes.
   *
   * @param beforeMemoryGoes runs after the kernel's modules are unloaded
   */
  public void shutDown(Runnable beforeMemoryGoes) {
    enterKernel(
        idle,
        () -> {
          modules.unloadAll();
          beforeMemoryGoes.run();
          scheduler.close();
          machine.close();
          return idle;
        });
  }
}
