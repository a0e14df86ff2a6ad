package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.extension.ProcessNotifier;
import dev.ooh.machine.extension.ScheduleNotifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The live processes, which of them has its page tables loaded, and the modules that are told when
 * that changes. Used on the machine's CPU only.
 */
final class Processes {
  /** The user who may do anything to any process. */
  static final int ROOT = 0;

  private final Vcpu vcpu;
  private final FrameAllocator frames;
  private final ReverseMap reverseMap;
  private final KernelMode mode;
  private final Map<Integer, UserProcess> live = new HashMap<>();
  private final List<ScheduleNotifier> scheduleNotifiers = new ArrayList<>();
  private final List<ProcessNotifier> processNotifiers = new ArrayList<>();
  private final UserProcess idle;
  private UserProcess current;
  private int nextPid = 1;

  /** Makes the idle process and loads its page tables. */
  Processes(Vcpu vcpu, FrameAllocator frames, ReverseMap reverseMap, KernelMode mode) {
    this.vcpu = vcpu;
    this.frames = frames;
    this.reverseMap = reverseMap;
    this.mode = mode;
    this.idle = create("idle", ROOT);
    this.current = idle;
    vcpu.loadCr3(idle.tables().root(), idle.translations());
  }

  /** A process without mappings. */
  UserProcess create(String name, int user) {
    PageTables tables = new PageTables(vcpu.directMap(), frames);
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

  /** The process whose page tables are loaded. */
  UserProcess current() {
    return current;
  }

  /** Loads the page tables of {@code next}, unless they are loaded already. */
  void switchTo(UserProcess next) {
    if (current != next) {
      mode.run(() -> load(next));
    }
  }

  /**
   * For kernel code that must wait for another process: the CPU goes there and comes back, with two
   * context switches unless it is there.
   */
  void visit(UserProcess other, EventCounters counters, Runnable body) {
    UserProcess before = current;
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
    UserProcess previous = current;
    if (previous != idle) {
      tell(scheduleNotifiers, notifier -> notifier.scheduledOut(previous));
    }
    current = next;
    vcpu.loadCr3(next.tables().root(), next.translations());
    if (next != idle) {
      tell(scheduleNotifiers, notifier -> notifier.scheduledIn(next));
    }
  }

  /**
   * Drops all cached translations of a process. A process whose page tables aren't loaded has none.
   */
  void flush(UserProcess process) {
    if (process == current) {
      vcpu.loadCr3(process.tables().root(), process.translations());
    }
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
