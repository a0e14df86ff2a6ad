package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.extension.ProcessNotifier;
import dev.ooh.machine.extension.ScheduleNotifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The live processes, which of them each processor has the page tables of loaded, and the modules
 * that are told when that changes. Used on the machine's CPU only.
 */
final class Processes {
  /** The user who may do anything to any process. */
  static final int ROOT = 0;

  private final Processors processors;
  private final FrameAllocator frames;
  private final ReverseMap reverseMap;
  private final KernelMode mode;
  private final CrossCalls calls;
  private final Shootdowns shootdowns;
  private final Map<Integer, UserProcess> live = new HashMap<>();
  private final List<ScheduleNotifier> scheduleNotifiers = new ArrayList<>();
  private final List<ProcessNotifier> processNotifiers = new ArrayList<>();
  private final UserProcess idle;

  /** By processor. */
  private final UserProcess[] current;

  private int nextPid = 1;

  /** Makes the idle process and loads its page tables on every processor. */
  Processes(
      Processors processors,
      FrameAllocator frames,
      ReverseMap reverseMap,
      KernelMode mode,
      CrossCalls calls,
      Shootdowns shootdowns) {
    this.processors = processors;
    this.frames = frames;
    this.reverseMap = reverseMap;
    this.mode = mode;
    this.calls = calls;
    this.shootdowns = shootdowns;
    this.idle = create("idle", ROOT);
    this.current = new UserProcess[processors.count()];
    Arrays.fill(current, idle);
    for (int i = 0; i < current.length; i++) {
      processors.on(i, () -> loadTables(idle));
    }
  }

  /** A process without mappings. */
  UserProcess create(String name, int user) {
    PageTables tables = new PageTables(processors.directMap(), frames);
    UserProcess process = new UserProcess(this, reverseMap, nextPid++, name, user, tables);
    live.put(process.pid(), process);
    return process;
  }

  /** The live process of that number. */
  @Nullable UserProcess get(int pid) {
    return live.get(pid);
  }

  /** The process whose page tables are loaded when no program's are. */
  UserProcess idle() {
    return idle;
  }

  /** The process whose page tables are loaded on the processor that executes. */
  UserProcess current() {
    return current[processor()];
  }

  private int processor() {
    return processors.executing().number();
  }

  /** On how many processors the page tables of {@code process} are loaded. */
  int processorsOf(UserProcess process) {
    int found = 0;
    for (UserProcess loaded : current) {
      found += loaded == process ? 1 : 0;
    }
    return found;
  }

  /**
   * A program of {@code next} is about to run on the processor that executes: loads its page
   * tables, unless they are loaded already.
   */
  void switchTo(UserProcess next) {
    if (current() != next) {
      mode.run(() -> load(next));
    }
    next.cachedBy |= 1L << processor();
  }

  /**
   * For kernel code that must wait for another process: the CPU goes there and comes back, with two
   * context switches unless it is there.
   */
  void visit(UserProcess other, EventCounters counters, Runnable body) {
    UserProcess before = current();
    if (before == other) {
      body.run();
      return;
    }
    counters.count(Event.CONTEXT_SWITCH);
    load(other);
    try {
      body.run();
    } finally {
      counters.count(Event.CONTEXT_SWITCH);
      load(before);
    }
  }

  private void load(UserProcess next) {
    UserProcess previous = current();
    if (previous != idle) {
      tell(scheduleNotifiers, notifier -> notifier.scheduledOut(previous));
    }
    current[processor()] = next;
    previous.cachedBy &= ~(1L << processor());
    next.cachedBy |= 1L << processor();
    loadTables(next);
    if (next != idle) {
      tell(scheduleNotifiers, notifier -> notifier.scheduledIn(next));
    }
  }

  private void loadTables(UserProcess process) {
    processors.executing().loadCr3(process.tables().root(), process.translations());
  }

  /** Has every processor leave the page tables of a process, which are to be freed. */
  void leave(UserProcess process) {
    for (int i = 0; i < current.length; i++) {
      if (current[i] == process && i != processor()) {
        calls.run(i, Event.FUNCTION_CALL_IPI, () -> load(idle));
      }
    }
  }

  /**
   * Drops all cached translations of a process. A process whose page tables aren't loaded has none.
   */
  void flush(UserProcess process) {
    shootdowns.flush(process);
  }

  /**
   * Checks that {@code tracer} may look into {@code target} and change it, as Linux's
   * ptrace_may_access does: itself, a process of the same user, or any process if it is root's.
   *
   * @throws IllegalStateException with EPERM if it may not, with ESRCH if the target has ended
   */
  void checkAccess(UserProcess tracer, UserProcess target) {
    if (!target.isAlive()) {
      throw new IllegalStateException("ESRCH: %s has ended".formatted(target));
    }
    if (tracer != target && tracer.user() != ROOT && tracer.user() != target.user()) {
      throw new IllegalStateException(
          "EPERM: %s of user %d may not trace %s of user %d, wanted the same user or root"
              .formatted(tracer, tracer.user(), target, target.user()));
    }
  }

  void forked(UserProcess parent, UserProcess child) {
    tell(processNotifiers, notifier -> notifier.forked(parent, child));
  }

  /** The process has another program's memory now, of which nothing is known to anybody. */
  void execed(UserProcess process) {
    try {
      tell(processNotifiers, notifier -> notifier.execed(process));
    } finally {
      process.memoryNotifiers.clear();
    }
  }

  /** Forgets a process whose memory and files are gone. */
  void exited(UserProcess process) {
    process.markDead();
    live.remove(process.pid());
    try {
      tell(processNotifiers, notifier -> notifier.exited(process));
    } finally {
      process.memoryNotifiers.clear();
    }
  }

  List<ScheduleNotifier> scheduleNotifiers() {
    return scheduleNotifiers;
  }

  List<ProcessNotifier> processNotifiers() {
    return processNotifiers;
  }

  /** Calls a copy of the list, as a notifier may remove itself when it is called. */
  private static <N> void tell(List<N> notifiers, Consumer<N> call) {
    if (!notifiers.isEmpty()) {
      List.copyOf(notifiers).forEach(call);
    }
  }
}
