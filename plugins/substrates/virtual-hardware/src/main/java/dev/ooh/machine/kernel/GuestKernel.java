package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.cpu.ThreadState;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.hypervisor.VirtualMachine;
import java.util.ArrayList;
import java.util.List;

/**
 * The guest's kernel: its parts, put together, and the life of processes. Its methods may be called
 * by any thread; the parts say for themselves.
 */
public final class GuestKernel {
  /** The number of the user whose processes are made unless another is asked for. */
  public static final int USER = 1000;

  // What the tests of this package look into.
  final FrameAllocator frames;
  final ReverseMap reverseMap = new ReverseMap();
  final MemoryManager memory;
  final Processes processes;
  final KernelMode mode;

  private final VirtualMachine machine;
  private final EventCounters counters;
  private final HugePages hugePages;
  private final Scheduler scheduler;
  private final CpuEntry entry;
  private final SystemCalls calls;
  private final RemoteAccess remoteAccess;
  private final Mappings mappings;
  private final SoftDirty softDirty;
  private final Devices devices;
  private final List<Userfault> userfaults = new ArrayList<>();
  private final KernelModules modules;

  /**
   * Boots.
   *
   * @param seed of the scheduler
   * @param quantum polls and translation misses between hand-overs, on average; at least 1
   */
  public GuestKernel(VirtualMachine machine, long seed, int quantum) {
    this.machine = machine;
    this.counters = machine.counters();
    Processors processors = machine.processors();
    InterruptVectors vectors = new InterruptVectors(processors);
    CrossCalls crossCalls = new CrossCalls(processors, vectors);
    Shootdowns shootdowns = new Shootdowns(processors, crossCalls);
    this.frames = new FrameAllocator(machine.ept().guestBytes());
    this.mode = new KernelMode(processors, shootdowns);
    this.processes = new Processes(processors, frames, reverseMap, mode, crossCalls, shootdowns);
    this.hugePages = new HugePages(counters, shootdowns);
    this.memory =
        new MemoryManager(processes, processors, shootdowns, frames, reverseMap, hugePages);
    this.scheduler =
        new Scheduler(processors, machine.scheduled(), seed, quantum, processes::switchTo);
    this.entry = new CpuEntry(scheduler);
    this.calls = new SystemCalls(entry, mode, counters);
    PageFaults pageFaults =
        new PageFaults(processes, processors, shootdowns, memory, reverseMap, hugePages);
    this.remoteAccess = new RemoteAccess(calls, memory, pageFaults, processes, reverseMap);
    this.mappings = new Mappings(calls, memory, remoteAccess, reverseMap);
    this.softDirty = new SoftDirty(calls, processes, reverseMap, counters);
    this.devices = new Devices(calls, entry, processors, memory);
    this.modules =
        new KernelModules(
            entry,
            mode,
            processes,
            () ->
                new ModuleContext(
                    processors,
                    crossCalls,
                    shootdowns,
                    frames,
                    processes,
                    memory,
                    devices,
                    vectors));
    processors
        .all()
        .forEach(
            vcpu -> {
              vcpu.setFaultHandler(pageFaults::handle);
              vcpu.loadThreadState(ThreadState.USER);
            });
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

  /** The way onto the machine's CPU. */
  public CpuEntry entry() {
    return entry;
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

  // ---- Processes ------------------------------------------------------------------------------

  /** A process that runs no program: steps of it are nobody's, or another process's, work. */
  public UserProcess idle() {
    return processes.idle();
  }

  /** Makes a process without any mapping, of the user whose number is {@link #USER}. */
  public UserProcess createProcess(String name) {
    return createProcess(name, USER);
  }

  /**
   * Makes a process without any mapping.
   *
   * @param user its user's number; 0 is root
   */
  public UserProcess createProcess(String name, int user) {
    return entry.service(idle(), () -> mode.get(() -> processes.create(name, user)));
  }

  /** fork(2) by {@code parent}; a system call. */
  public UserProcess fork(UserProcess parent, String name) {
    return calls.step(
        parent,
        () -> {
          UserProcess child = processes.create(name, parent.user());
          try {
            memory.fork(parent, child);
            processes.forked(parent, child);
          } catch (RuntimeException e) {
            end(child); // which nobody knows of
            throw e;
          }
          return child;
        });
  }

  /**
   * execve(2) by {@code process}: what it has mapped and its open devices are gone, its number
   * stays. A system call; its threads run on, in nothing.
   */
  public void exec(UserProcess process) {
    calls.step(
        process,
        () -> {
          try {
            dropMemory(process);
          } finally {
            abandonUserfaults(process, "called execve");
            processes.execed(process);
          }
        });
  }

  /**
   * Ends a process: its memory is unmapped and its files are closed; its threads end at their next
   * scheduling point. Does nothing for a process that has ended.
   */
  public void exit(UserProcess process) {
    entry.step(
        idle(),
        () -> {
          if (process.isAlive()) {
            mode.run(() -> end(process));
          }
        });
  }

  private void end(UserProcess process) {
    // A module that fails on the way keeps nobody alive.
    Failures failures = new Failures();
    failures.collect(() -> dropMemory(process));
    failures.collect(() -> processes.leave(process));
    failures.collect(process.tables()::free);
    failures.collect(() -> processes.exited(process));
    failures.collect(() -> abandonUserfaults(process, "exited"));
    failures.collect(() -> scheduler.wakeAll(process));
    failures.rethrow();
  }

  private void dropMemory(UserProcess process) {
    Failures failures = new Failures();
    failures.collect(() -> devices.closeAll(process));
    for (Vma vma : List.copyOf(process.vmas())) {
      failures.collect(() -> memory.unmap(process, vma.start, vma.end));
    }
    failures.rethrow();
  }

  /** userfaultfd(2) by {@code process}, which resolves its faults itself; a system call. */
  public Userfault userfaultfd(UserProcess process, Userfault.Mode mode) {
    return calls.service(process, () -> open(process, process, mode));
  }

  /**
   * userfaultfd(2) by {@code process} for {@code holder}, which takes the descriptor by
   * pidfd_getfd(2) and resolves the faults; two system calls.
   *
   * @throws IllegalStateException if {@code holder} may not trace {@code process}
   */
  public Userfault userfaultfd(UserProcess process, UserProcess holder, Userfault.Mode mode) {
    return entry.service(
        process,
        () -> {
          processes.checkAccess(holder, process);
          Userfault descriptor = calls.now(() -> open(process, holder, mode));
          counters.count(Event.USER_TO_KERNEL_SWITCH);
          return descriptor;
        });
  }

  private Userfault open(UserProcess process, UserProcess holder, Userfault.Mode mode) {
    Userfault descriptor =
        new Userfault(calls, processes, hugePages, counters, process, holder, mode);
    userfaults.removeIf(Userfault::isGone);
    userfaults.add(descriptor);
    return descriptor;
  }

  /** A process has no memory any more that could be watched, or nothing that could watch. */
  private void abandonUserfaults(UserProcess process, String why) {
    for (Userfault descriptor : userfaults) {
      if (descriptor.process() == process || descriptor.holder() == process) {
        descriptor.abandon("%s has %s".formatted(process, why));
      }
    }
    userfaults.removeIf(Userfault::isGone);
  }

  /**
   * Stops the machine: modules are unloaded, threads end, memory is given back.
   *
   * @param beforeMemoryGoes runs on the machine's CPU after the kernel's modules were unloaded
   */
  public void shutDown(Runnable beforeMemoryGoes) {
    entry.step(
        idle(),
        () ->
            mode.run(
                () -> {
                  // A module that fails keeps no memory.
                  Failures failures = new Failures();
                  failures.collect(modules::unloadAll);
                  failures.collect(beforeMemoryGoes);
                  failures.collect(scheduler::close);
                  failures.collect(machine::close);
                  failures.rethrow();
                }));
  }
}
