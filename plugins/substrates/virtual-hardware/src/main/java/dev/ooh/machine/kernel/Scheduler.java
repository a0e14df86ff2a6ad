package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.hypervisor.ScheduledVcpu;
import dev.ooh.machine.kernel.GuestThread.Place;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gives one machine's CPU to one thread at a time: the thread that holds the {@link Baton} runs, on
 * the processor that it was given when it came. Where there are several, threads are dealt out to
 * them in the order in which they come, and the machine's CPU goes from one processor to another
 * with the baton: they are simulated in turns.
 *
 * <p>* The baton is handed over at scheduling points only (polls, translation misses, locks, ends),
 * to a thread that a seeded generator chooses, after a quantum that counts polls and misses but
 * never time. So the same program with the same seed makes the same steps, as long as no host
 * thread enters meanwhile.
 *
 * <p>The thread that has the baton runs while the machine's virtual CPU has a physical one; when
 * the host takes that away, it stands still at a scheduling point and keeps the baton.
 *
 * <p>{@link #poll}, {@link #tick} and the like are called by the holder; host threads enter by
 * {@link #run}.
 */
public final class Scheduler {
  private final Processors processors;
  private final EventCounters counters;
  private final ScheduledVcpu vcpu;
  private final SplittableRandom random;
  private final int quantum;
  private final Consumer<UserProcess> switchTo;
  private final Baton baton;
  private final Stops stops;
  private final ThreadLocal<@Nullable GuestThread> self = new ThreadLocal<>();
  private final TrackerMode trackerMode = new TrackerMode();

  /** The last thread that ran on each processor, for counting switches. Used by the holder only. */
  private final @Nullable GuestThread[] last;

  /** How many threads there have been. Guarded by the baton's mutex. */
  private long threads;

  /** Scheduling points until a hand-over. Used by the holder only. */
  private int left;

  /**
   * @param quantum scheduling points between hand-overs, on average; at least 1
   * @param switchTo called by each thread that gets the CPU, with its process
   */
  Scheduler(
      Processors processors,
      ScheduledVcpu vcpu,
      long seed,
      int quantum,
      Consumer<UserProcess> switchTo) {
    if (quantum < 1) {
      throw new IllegalArgumentException("quantum is " + quantum + ", wanted 1 or more");
    }
    this.processors = processors;
    this.counters = processors.counters();
    this.vcpu = vcpu;
    this.last = new GuestThread[processors.count()];
    this.random = new SplittableRandom(seed);
    this.baton = new Baton(random, vcpu);
    this.stops = new Stops(baton, this::awaitTurn, this::load);
    this.quantum = quantum;
    this.switchTo = switchTo;
    this.left = quantum;
  }

  /** The calling thread's guest thread, if it holds the baton. */
  public @Nullable GuestThread current() {
    GuestThread thread = baton.holder();
    return thread != null && thread.carrier() == Thread.currentThread() ? thread : null;
  }

  /** Whether the caller holds the baton. */
  public boolean isInside() {
    return current() != null;
  }

  /** Whether the caller holds the baton as a thread of {@code process}. */
  public boolean isInside(UserProcess process) {
    GuestThread thread = current();
    return thread != null && thread.process == process;
  }

  // ---- Coming and going -----------------------------------------------------------------------

  /**
   * Runs {@code body} as a thread of {@code process}, on the caller's own Java thread. It waits for
   * the CPU unless it has it.
   *
   * @throws IllegalStateException if the process or the machine has ended, or if the caller runs
   *     another machine of the host, which this one would wait for
   * @throws Exception what the body threw
   */
  public <T> T run(UserProcess process, Callable<T> body) throws Exception {
    GuestThread thread = inside();
    if (thread == null) {
      return enter(process, false, body);
    }
    UserProcess before = thread.process;
    if (before == process) {
      return body.call();
    }
    move(thread, process);
    try {
      return body.call();
    } finally {
      move(thread, before);
    }
  }

  private void move(GuestThread thread, UserProcess process) {
    if (thread.adrift) {
      thread.process = process; // loaded when it takes the baton again
      return;
    }
    thread.process.translations().hide();
    thread.process = process;
    if (process.isAlive()) {
      load(thread);
    }
  }

  private <T> T enter(UserProcess process, boolean service, Callable<T> body) throws Exception {
    vcpu.checkCaller();
    GuestThread outer = self.get();
    GuestThread entering =
        new GuestThread(Thread.currentThread().getName(), process, Thread.currentThread());
    entering.service = service;
    entering.tracker = trackerMode.isOn();
    add(entering);
    self.set(entering);
    try {
      awaitTurn(entering);
      return body.call();
    } finally {
      self.set(outer);
      leave(entering);
    }
  }

  /** {@link #run} without hand-overs: one step, as seen by all other threads. */
  <T> T runAtomically(UserProcess process, Callable<T> body) throws Exception {
    return run(process, () -> unpreempted(body));
  }

  /**
   * {@link #runAtomically} for what writes to no process's memory: a tracker's calls. They come
   * through while somebody keeps the writers stopped, whichever thread makes them.
   */
  <T> T serve(UserProcess process, Callable<T> body) throws Exception {
    return inside() != null
        ? runAtomically(process, body)
        : enter(process, true, () -> unpreempted(body));
  }

  /**
   * {@link #serve} by a thread of another process, such as a tracker's. The holder gives it the CPU
   * and gets it back when the body ends, two context switches with nobody between them: so it may
   * be asked whatever the holder is in the middle of.
   *
   * @throws IllegalStateException if the process or the machine has ended
   */
  public <T> T handOver(UserProcess process, Callable<T> body) throws Exception {
    GuestThread me = inside();
    if (me == null || me.process == process) {
      return serve(process, body);
    }
    if (!process.isAlive()) {
      throw ended(process.name(), process);
    }
    GuestThread other = new GuestThread(process.name(), process, me.carrier());
    other.processor = me.processor;
    other.tracker = me.tracker;
    other.unpreemptible = 1;
    replace(me, other);
    try {
      load(other);
      return body.call();
    } finally {
      if (other.adrift) {
        setAdrift(me); // as who was asked: another thread has the baton
      } else {
        replace(other, me);
        if (me.process.isAlive()) {
          load(me);
        }
      }
    }
  }

  private void setAdrift(GuestThread me) {
    locked(
        () -> {
          me.adrift = true;
          me.place = Place.OUTSIDE;
        });
    self.set(me);
  }

  /** Gives the CPU to another thread of the same carrier. */
  private void replace(GuestThread before, GuestThread next) {
    before.process.translations().hide();
    locked(() -> baton.replaceHolder(next));
    self.set(next);
    last[next.processor] = next;
    counters.count(Event.CONTEXT_SWITCH);
  }

  private <T> T unpreempted(Callable<T> body) throws Exception {
    GuestThread thread = holding();
    thread.unpreemptible++;
    try {
      return body.call();
    } finally {
      thread.unpreemptible--;
    }
  }

  /**
   * Runs {@code look} at an instruction boundary, on whatever thread is there. It is no step of the
   * guest: nothing is chosen, switched or counted for it, so looking changes nothing.
   */
  <T> T observe(Callable<T> look) throws Exception {
    return inside() != null ? look.call() : baton.observe(look);
  }

  /**
   * Runs a technique's code on the caller's thread, with the process's cached translations hidden,
   * so that each of its own accesses to memory is seen ({@link GuestThread#isTracker}).
   */
  public <T> T asTracker(Callable<T> body) throws Exception {
    return trackerMode.run(this::current, body);
  }

  /**
   * Starts a guest thread, carried by a virtual thread of its own. What its body throws is kept in
   * {@link GuestThread#failure}.
   */
  public GuestThread spawn(String name, UserProcess process, Runnable body) {
    GuestThread[] slot = new GuestThread[1];
    Thread carrier =
        Thread.ofVirtual()
            .name(name)
            .unstarted(
                () -> {
                  GuestThread me = slot[0];
                  self.set(me);
                  try {
                    awaitTurn(me);
                    body.run();
                  } catch (Throwable t) { // Whatever it is, whoever joins gets it.
                    me.failure = t;
                  } finally {
                    leave(me);
                  }
                });
    GuestThread thread = new GuestThread(name, process, carrier);
    slot[0] = thread;
    if (inside() != null) {
      // The spawner goes on until its own next hand-over.
      locked(() -> place(thread));
    } else {
      add(thread);
    }
    carrier.start();
    return thread;
  }

  /**
   * Waits for a thread's end; a scheduling point for a caller that has the CPU.
   *
   * @throws IllegalStateException if the caller runs another machine of the host, which the thread
   *     would wait for
   */
  public void join(GuestThread thread) throws InterruptedException {
    GuestThread me = inside();
    if (me == null) {
      if (thread.isAlive()) {
        vcpu.checkCaller();
      }
      thread.end.await();
      return;
    }
    while (thread.isAlive()) {
      boolean[] ended = {false};
      locked(
          () -> {
            ended[0] = !thread.isAlive();
            if (!ended[0]) {
              thread.joiners.add(me);
              baton.giveUp(me, Place.WAITING);
            }
          });
      if (!ended[0]) {
        awaitTurn(me);
      }
    }
  }

  private void add(GuestThread thread) {
    locked(
        () -> {
          place(thread);
          baton.demandAttention();
        });
  }

  /** A thread stays on the processor whose turn it is to get one. Under the mutex. */
  private void place(GuestThread thread) {
    thread.processor = (int) (threads++ % processors.count());
    baton.add(thread);
  }

  private void leave(GuestThread thread) {
    locked(
        () -> {
          thread.joiners.forEach(baton::makeReady);
          thread.joiners.clear();
          thread.end.countDown();
          baton.remove(thread);
        });
  }

  // ---- Scheduling points ----------------------------------------------------------------------

  /** A poll of the holder's. Does nothing when the caller has no thread of this scheduler. */
  public void poll(boolean restartable) {
    GuestThread me = inside();
    if (me == null) {
      return;
    }
    counters.count(Event.POLL);
    processors.executing().poll();
    point(me, restartable ? Place.RESTARTABLE_POLL : Place.POLL);
  }

  /** A translation miss of the holder's, before the access; the CPU may change hands here. */
  public void tick() {
    GuestThread me = inside();
    if (me != null) {
      point(me, Place.INSTRUCTION);
    }
  }

  private void point(GuestThread me, Place place) {
    baton.letLook();
    if (vcpu.endsTurn() && me.unpreemptible == 0) {
      // Another machine may run, to whose threads nothing cached here belongs.
      me.process.translations().hide();
      vcpu.passOn();
      me.showTranslations();
    }
    if ((--left > 0 && !baton.needsAttention()) || me.unpreemptible > 0) {
      return;
    }
    locked(() -> baton.handOver(me, place));
    awaitTurn(me);
  }

  /** The holder waits until {@link #wake}; its waker must know of it already. */
  void block(GuestThread me) {
    locked(() -> baton.giveUp(me, Place.WAITING));
    awaitTurn(me);
  }

  /** Called by the holder: {@code thread} goes on when its turn comes, if it waits. */
  void wake(GuestThread thread) {
    locked(
        () -> {
          if (thread.place == Place.WAITING) {
            baton.makeReady(thread);
          }
        });
  }

  /** The holder runs a call that may block, without the baton. */
  public <T> T blocked(Callable<T> call) throws Exception {
    GuestThread me = inside();
    if (me == null || me.unpreemptible > 0) {
      return call.call();
    }
    vcpu.beginOutside();
    locked(() -> baton.giveUp(me, Place.OUTSIDE));
    try {
      return call.call();
    } finally {
      locked(
          () -> {
            vcpu.endOutside();
            rejoin(me);
          });
      awaitTurn(me);
    }
  }

  private void comeBack(GuestThread me) {
    vcpu.checkCaller();
    me.adrift = false;
    locked(() -> rejoin(me));
    awaitTurn(me);
  }

  private void rejoin(GuestThread me) {
    baton.makeReady(me);
    baton.demandAttention();
  }

  /**
   * Stops all threads but the caller's, at polls.
   *
   * @param timeout of wall time
   * @return to let them go on
   * @throws StopTimeoutException naming those that did not stop; all go on then
   * @throws IllegalStateException if the caller runs another machine of the host
   */
  public Runnable stopOthers(boolean restartable, Duration timeout) throws StopTimeoutException {
    GuestThread me = inside();
    if (me == null) {
      vcpu.checkCaller();
    }
    return stops.stopOthers(me, restartable, timeout);
  }

  // ---- Ending ---------------------------------------------------------------------------------

  /** Wakes everybody; each thread's next scheduling point throws. */
  void close() {
    locked(baton::close);
  }

  /** Wakes the waiting threads of a process that has ended; they throw. */
  void wakeAll(UserProcess process) {
    locked(() -> baton.wakeWaiting(process));
  }

  // ---- The baton ------------------------------------------------------------------------------

  /** The caller's thread if it has the baton; one that is adrift takes it first. */
  private @Nullable GuestThread inside() {
    GuestThread me = current();
    if (me == null) {
      me = self.get();
      if (me == null || !me.adrift) {
        return null;
      }
      comeBack(me);
    }
    return me;
  }

  /**
   * @throws IllegalStateException if the caller doesn't hold the baton
   */
  GuestThread holding() {
    GuestThread me = inside();
    if (me == null) {
      throw new IllegalStateException(
          "thread "
              + Thread.currentThread().getName()
              + " is not on the machine's CPU, wanted a call within ExecutionContext.run");
    }
    return me;
  }

  private void awaitTurn(GuestThread me) {
    me.awaitGrant(Long.MAX_VALUE);
    me.takeGrant();
    vcpu.awaitTurn(); // what is counted from here on belongs to its turn
    left = 1 + random.nextInt(2 * quantum - 1);
    if (last[me.processor] != me) {
      last[me.processor] = me;
      counters.count(Event.CONTEXT_SWITCH);
    }
    if (baton.isClosed() || !me.process.isAlive()) {
      throw ended(me.name(), me.process);
    }
    load(me);
  }

  private static IllegalStateException ended(String thread, UserProcess process) {
    return new IllegalStateException(
        "thread " + thread + " can't go on: process " + process.name() + " has ended");
  }

  /**
   * Has the holder's processor execute, loads the page tables of the holder's process, and lets it
   * use their cached translations.
   */
  private void load(GuestThread me) {
    vcpu.awaitTurn();
    processors.execute(me.processor);
    switchTo.accept(me.process);
    me.showTranslations();
  }

  private void locked(Runnable step) {
    baton.mutex.lock();
    try {
      step.run();
    } finally {
      baton.mutex.unlock();
    }
  }
}
