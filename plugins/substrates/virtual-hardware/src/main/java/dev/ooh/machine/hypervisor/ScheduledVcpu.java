package dev.ooh.machine.hypervisor;

import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.event.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A machine's virtual CPU as the host schedules it: halted, waiting for a physical CPU, or running.
 * A machine with several {@linkplain Processors processors} has its host to itself, where they all
 * run as one. The thread that has the guest's CPU stands still at one of its scheduling points
 * while the virtual CPU waits. On one physical CPU the guest notices by its clock only; after a
 * move to another one it finds no translation cached, and another of its threads may go on at a
 * miss.
 *
 * <p>{@link #wake} and {@link #halt} are called by whoever sees that the guest has, or has no,
 * thread to run; {@link #awaitTurn}, {@link #endsTurn} and {@link #passOn} by the thread that has
 * the guest's CPU.
 */
public final class ScheduledVcpu {
  /** The default, as in Xen. */
  public static final int USUAL_WEIGHT = 256;

  private final Hypervisor host;
  private final Processors processors;
  private final String name;
  private final int weight;
  private volatile RunObserver observer = RunObserver.NONE;

  // ---- The credit scheduler's, under the hypervisor's lock ------------------------------------

  long credits;

  /** What rounding has left of earned credits, in parts of the sum of weights. */
  long remainder;

  /** By the clocks of physical CPUs: from when on it can go on. */
  long readyAt;

  /** All steps of turns that have ended. */
  long ranSteps;

  private @Nullable PhysicalCpu cpu;

  // ---- The hypervisor's, under its lock -------------------------------------------------------

  /** It runs or waits for its turn; else it is halted. */
  boolean active;

  /** Who is in calls out of the guest, during which it keeps its physical CPU. */
  final List<Thread> outside = new ArrayList<>();

  /** Its machine was closed: nobody waits for its calls any more. */
  private boolean gone;

  /** Its turn ended before its guest was done. */
  boolean interrupted;

  /** Where its VMCS is active. */
  private @Nullable PhysicalCpu loadedOn;

  /** What its next turn begins with: VMPTRLD; VMCLEAR before; the exit by which the last ended. */
  private boolean loads;

  private boolean clears;
  private boolean exited;

  // ---- Handed over by {@code running} ----------------------------------------------------------

  private volatile boolean running;
  private volatile @Nullable Thread waiter;

  /** The turn began and its thread has not taken note. */
  private boolean fresh;

  private long left;

  /** The thread that executes. */
  private volatile @Nullable Thread runner;

  ScheduledVcpu(Hypervisor host, Processors processors, String name, int weight) {
    this.host = host;
    this.processors = processors;
    this.name = name;
    this.weight = weight;
  }

  /** Its share, in proportion to the others' weights. */
  public int weight() {
    return weight;
  }

  /** The steps that it ran, in turns that have ended. For any thread. */
  public long ranSteps() {
    return host.look(() -> ranSteps);
  }

  /** Sets who observes it. */
  public void observe(RunObserver newObserver) {
    observer = newObserver;
  }

  RunObserver observer() {
    return observer;
  }

  // ---- For the guest --------------------------------------------------------------------------

  /** The guest has something to run. Does nothing for one that isn't halted. */
  public void wake() {
    host.wake(this);
  }

  /** The guest has nothing to run. Does nothing for one that is halted. */
  public void halt() {
    host.halt(this);
  }

  /**
   * A call out of the guest begins, which takes no simulated time: other machines wait for its end,
   * even if the guest has nothing else to run. So a machine's calls happen at the same point of a
   * host's run each time.
   */
  public void beginOutside() {
    host.look(() -> !gone && outside.add(Thread.currentThread()));
  }

  /**
   * Undoes {@link #beginOutside}; afterwards {@link #wake} or {@link #halt} says how it goes on.
   */
  public void endOutside() {
    host.look(() -> outside.remove(Thread.currentThread()));
  }

  /**
   * Checks that the caller may wait for the guest, be it for its physical CPU or for one of its
   * threads.
   *
   * @throws IllegalStateException for a thread that executes another machine of the host, which
   *     would wait for itself
   */
  public void checkCaller() {
    host.checkOutside(this);
  }

  /**
   * Waits until it runs.
   *
   * @throws IllegalStateException for a thread that executes another machine of the host, which
   *     would wait for itself
   */
  public void awaitTurn() {
    Thread me = Thread.currentThread();
    if (!running) {
      host.checkOutside(this);
      await(me);
    }
    runner = me;
    if (fresh) {
      fresh = false;
      begin();
    }
  }

  /** The thread that executes goes on outside, or waits. */
  public void leave() {
    runner = null;
  }

  /** Counts steps between scheduling points. */
  public void worked(long units) {
    left -= units;
  }

  /**
   * Counts the step of a scheduling point. True if the turn is over, and {@link #passOn} to be
   * called.
   */
  public boolean endsTurn() {
    return --left <= 0;
  }

  /** The turn is over: others run, if any want to, and this returns when it runs again. */
  public void passOn() {
    if (host.passOn(this)) {
      return;
    }
    processors.executing().suspend();
    try {
      await(Thread.currentThread());
    } finally {
      processors.executing().resume();
    }
    fresh = false;
    begin();
  }

  /**
   * Runs {@code body} if the guest stands still, at a scheduling point or before its first step,
   * waiting for its turn, and keeps it there meanwhile.
   *
   * @return whether it ran
   */
  public boolean whileWaiting(Runnable body) {
    return host.look(
        () -> {
          boolean waits = active && !running;
          if (waits) {
            body.run();
          }
          return waits;
        });
  }

  private void await(Thread me) {
    waiter = me;
    boolean wasInterrupted = false;
    while (!running) {
      LockSupport.park(this);
      wasInterrupted |= Thread.interrupted();
    }
    waiter = null;
    if (wasInterrupted) {
      me.interrupt();
    }
  }

  /** By the machine's own thread, so that the machine's counters are counted in by nobody else. */
  private void begin() {
    if (exited) {
      processors.executing().externalInterrupt();
    }
    if (loads) {
      processors.counters().count(Event.VMPTRLD);
    }
    if (clears) {
      processors.counters().count(Event.VMCLEAR);
      processors.all().forEach(Vcpu::newProcessor);
    }
  }

  // ---- For scheduler and hypervisor -----------------------------------------------------------

  @Nullable PhysicalCpu lastCpu() {
    return cpu;
  }

  /** The physical CPU that it runs or ran on. */
  PhysicalCpu cpu() {
    PhysicalCpu last = cpu;
    if (last == null) {
      throw new IllegalStateException(name + " never ran, wanted one that did");
    }
    return last;
  }

  void assign(PhysicalCpu next) {
    cpu = next;
  }

  /** Makes its VMCS current on {@code next}, where it starts. A first VMCS takes nobody's place. */
  void load(PhysicalCpu next) {
    PhysicalCpu before = loadedOn;
    clears = before != null && before != next;
    loads = next.current != this && (before != null || next.current != null);
    exited = interrupted && loads;
    interrupted = false;
    if (before != null && clears && before.current == this) {
      before.current = null;
    }
    loadedOn = next;
    next.current = this;
  }

  /** Whether it goes on only when {@code thread} does. */
  boolean dependsOn(Thread thread) {
    return runner == thread || outside.contains(thread);
  }

  long used() {
    return host.quantum() - left;
  }

  /** Grants another turn to one that runs. */
  void renew() {
    left = host.quantum();
  }

  void start() {
    left = host.quantum();
    fresh = true;
    running = true;
    Thread thread = waiter;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  void stop() {
    running = false;
  }

  /** The machine was closed. */
  void goes() {
    gone = true;
    outside.clear();
  }

  @Override
  public String toString() {
    return name;
  }
}
