package dev.ooh.machine.extension;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.vmx.VmcsField;
import java.util.function.IntPredicate;

/**
 * The guest kernel, as its modules see it. Each module has its own; everything obtained from it
 * ends with the module. To be used on the machine's CPU only.
 */
public interface KernelContext {
  /** How many processors the machine has, 1 or more. */
  int processors();

  /** The number of the processor that executes, from 0 on. */
  int processor();

  /**
   * Runs {@code body} on every other processor whose number {@code which} accepts, in the kernel,
   * by an interrupt to each (Linux's smp_call_function_many_cond); returns when all have. Does
   * nothing where there is one processor.
   */
  void onOthers(IntPredicate which, Runnable body);

  /**
   * Allocates zeroed pages that are contiguous in guest-physical memory.
   *
   * @throws IllegalStateException if guest-physical memory is exhausted, naming asked and free
   *     pages
   */
  KernelPages allocatePages(int pages);

  /**
   * Offers a device to processes.
   *
   * @throws IllegalStateException if the name is taken
   */
  Registration registerDevice(String name, UioDevice device);

  /**
   * Takes a free interrupt vector, on all processors. {@code handler} runs, on the one interrupted,
   * at instruction boundaries with interrupts disabled; what it writes is a kernel write and is in
   * no process's log.
   */
  InterruptLine requestInterrupt(Runnable handler);

  /**
   * Holds the processor's interrupts back; nests. Pair with {@link #enableInterrupts} in a finally.
   */
  void disableInterrupts();

  /** Undoes one {@link #disableInterrupts}; the last one delivers what was held back. */
  void enableInterrupts();

  /** Has {@code notifier} told when a processor changes process. */
  Registration addScheduleNotifier(ScheduleNotifier notifier);

  /** Registers for the memory of one process; ends with the process too. */
  Registration addMemoryNotifier(GuestProcess process, MemoryNotifier notifier);

  /** Has {@code notifier} told of forks and exits. */
  Registration addProcessNotifier(ProcessNotifier notifier);

  /**
   * The live process whose number is {@code pid}, for one that wants to track it. It must be
   * itself, or of the same user, or {@code tracer} root's (as ptrace_may_access).
   *
   * @throws IllegalStateException with ESRCH if there is none, with EPERM if it may not be traced
   */
  GuestProcess traced(GuestProcess tracer, int pid);

  /**
   * {@code vmcall}. The result is the handler's; {@link HypercallHandler#UNKNOWN} if the number has
   * none. The exit is counted here; what the call did (M9 to M14) is for the caller to count.
   */
  long hypercall(long number, long a, long b, long c);

  /**
   * {@code vmread}, counted as M7.
   *
   * @throws IllegalStateException if the instruction fails, naming field and VM-instruction error
   */
  long vmread(VmcsField field);

  /** {@code vmwrite}, counted as M8; otherwise as {@link #vmread}. */
  void vmwrite(VmcsField field, long value);

  /**
   * Clears the dirty flag in the guest page-table entry of a page, keeps the kernel's own dirty
   * state, and invalidates the process's translation of it, wherever it is cached. The next write
   * sets the flag again. Where the entry maps 2 MiB, that is the flag of all of them. Counted as
   * one M15 where there is an entry.
   *
   * @return whether the flag was set; false where nothing is mapped
   */
  boolean clearDirty(GuestProcess process, long gva);

  /**
   * {@link #clearDirty(GuestProcess, long)} for each entry that maps any of {@code [start, end)}.
   */
  void clearDirty(GuestProcess process, long start, long end);

  /** Whether the dirty flag in the guest page-table entry is set. Not counted. */
  boolean isDirty(GuestProcess process, long gva);

  /** Counts {@code times} of {@code event}, 0 or more. */
  void count(Event event, long times);

  /** An interrupt vector in use by a module. */
  interface InterruptLine extends Registration {
    /** 32 to 255. */
    int vector();
  }
}
