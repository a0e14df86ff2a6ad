package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Vcpu;
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
    this.idle = create("idle");
    this.current = idle;
    vcpu.loadCr3(idle.tables().root(), idle.translations());
  }

  /** A process without mappings. */
  UserProcess create(String name) {
    PageTables tables = new PageTables(vcpu.directMap(), frames);
    UserProcess process = new UserProcess(this, reverseMap, nextPid++, name, tables);
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

  void forked(UserProcess parent, UserProcess child) {
    tell(processNotifiers, notifier -> notifier.forked(parent, child));
  }

  /** Forgets a process whose memory and files are gone. */
  void exited(UserProcess process) {
    process.markDead();
    live.remove(process.pid());
    tell(processNotifiers, notifier -> notifier.exited(process));
    process.memoryNotifiers.clear();
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
