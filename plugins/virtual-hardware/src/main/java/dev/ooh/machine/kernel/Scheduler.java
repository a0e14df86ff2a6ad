package dev.ooh.machine.kernel;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.kernel.GuestThread.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives one machine's CPU to one thread at a time. Who holds the baton runs; it is handed over at
 * scheduling points only (polls, translation misses, locks, ends), by a seeded choice, after a
 * quantum that counts polls and misses and never time. So the same program with the same seed makes
 * the same steps, as long as no host thread enters meanwhile.
 *
 * <p>{@link #poll}, {@link #tick} and the like are for the holder; host threads come in by {@link
 * #run}.
 */
public final class Scheduler {
  private final EventCounters counters;
  private final SplittableRandom random;
  private final int quantum;
  private final Consumer<UserProcess> switchTo;
  private final Runnable instructionBoundary;

  /** Guards what follows, for moments. */
  private final ReentrantLock mutex = new ReentrantLock();

  private final Set<GuestThread> threads = new LinkedHashSet<>();
  private final List<GuestThread> ready = new ArrayList<>();
  private final ThreadLocal<@Nullable GuestThread> self = new ThreadLocal<>();
  private @Nullable Stop stop;
  private boolean closed;

  private final Queue<FutureTask<?>> looks = new ConcurrentLinkedQueue<>();

  private volatile @Nullable GuestThread holder;

  /** Somebody wants the CPU, or the holder to stop. */
  private volatile boolean attention;

  /** Somebody wants to look. */
  private volatile boolean looking;

  /** The last thread that ran; for counting switches. Touched by the holder only. */
  private @Nullable GuestThread last;

  private int left;

  /**
   * @param quantum scheduling points between hand-overs, on average; at least 1
   * @param switchTo called by each thread that gets the CPU, with its process
   * @param instructionBoundary called at each poll: interrupts may be taken now
   */
  Scheduler(
      EventCounters counters,
      long seed,
      int quantum,
      Consumer<UserProcess> switchTo,
      Runnable instructionBoundary) {
    if (quantum < 1) {
      throw new IllegalArgumentException("quantum is " + quantum + ", wanted 1 or more");
    }
    this.counters = counters;
    this.random = new SplittableRandom(seed);
    this.quantum = quantum;
    this.switchTo = switchTo;
    this.instructionBoundary = instructionBoundary;
    this.left = quantum;
  }

  /** The calling thread's guest thread, if it holds the baton. */
  public @Nullable GuestThread current() {
    GuestThread thread = holder;
    return thread != null && thread.carrier() == Thread.currentThread() ? thread : null;
  }

  /** Whether the caller holds the baton. */
  public boolean isInside() {
    return current() != null;
  }

  // ---- Coming and going -----------------------------------------------------------------------

  /**
   * Runs {@code body} as a thread of {@code process}: on the caller's own Java thread, which waits
   * for the CPU; directly if it has it.
   */
  public <T> T run(UserProcess process, Callable<T> body) throws Exception {
    GuestThread thread = inside();
    if (thread != null) {
      UserProcess before = thread.process;
      if (before == process) {
        return body.call();
      }
      thread.process = process;
      switchTo.accept(process);
      try {
        return body.call();
      } finally {
        thread.process = before;
        if (before.isAlive()) {
          switchTo.accept(before);
        }
      }
    }
    GuestThread outer = self.get();
    GuestThread entering =
        new GuestThread(Thread.currentThread().getName(), process, Thread.currentThread());
    mutex.lock();
    try {
      checkOpen();
      threads.add(entering);
      ready.add(entering);
      attention = true;
      dispatchIfIdle();
    } finally {
      mutex.unlock();
    }
    self.set(entering);
    try {
      awaitTurn(entering);
      return body.call();
    } finally {
      self.set(outer);
      leave(entering);
    }
  }

  /**
   * Runs {@code look} at an instruction boundary, on whatever thread is there. It is no step of the
   * guest: nothing is chosen, switched or counted for it, so looking changes nothing.
   */
  <T> T observe(Callable<T> look) throws Exception {
    if (inside() != null) {
      return look.call();
    }
    FutureTask<T> task = new FutureTask<>(look);
    looks.add(task);
    looking = true;
    mutex.lock();
    try {
      if (holder == null) {
        runLooks();
      }
    } finally {
      mutex.unlock();
    }
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private void runLooks() {
    looking = false;
    for (FutureTask<?> look = looks.poll(); look != null; look = looks.poll()) {
      look.run();
    }
  }

  /** {@link #run} without hand-overs: one step, as seen by all other threads. */
  public <T> T runAtomically(UserProcess process, Callable<T> body) throws Exception {
    return run(
        process,
        () -> {
          GuestThread thread = holding();
          thread.unpreemptible++;
          try {
            return body.call();
          } finally {
            thread.unpreemptible--;
          }
        });
  }

  /** Starts a thread, carried by a virtual thread of its own. */
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
    mutex.lock();
    try {
      checkOpen();
      threads.add(thread);
      ready.add(thread);
      carrier.start();
      dispatchIfIdle();
    } finally {
      mutex.unlock();
    }
    return thread;
  }

  /** Waits for a thread's end. */
  public void join(GuestThread thread) throws InterruptedException {
    GuestThread me = inside();
    if (me == null) {
      thread.end.await();
      return;
    }
    while (thread.isAlive()) {
      mutex.lock();
      try {
        if (!thread.isAlive()) {
          return;
        }
        thread.joiners.add(me);
        me.place = Place.WAITING;
        passOn();
      } finally {
        mutex.unlock();
      }
      awaitTurn(me);
    }
  }

  private void leave(GuestThread thread) {
    mutex.lock();
    try {
      threads.remove(thread);
      ready.remove(thread);
      thread.place = Place.OUTSIDE;
      thread.joiners.stream().filter(joiner -> !ready.contains(joiner)).forEach(ready::add);
      thread.joiners.clear();
      thread.end.countDown();
      if (holder == thread) {
        passOn();
      } else {
        signalStopper();
      }
    } finally {
      mutex.unlock();
    }
  }

  // ---- Scheduling points ----------------------------------------------------------------------

  /** A poll of the holder's. Does nothing when the caller has no thread of this scheduler. */
  public void poll(boolean restartable) {
    GuestThread me = inside();
    if (me == null) {
      return;
    }
    counters.count(Event.POLL);
    instructionBoundary.run();
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
    if (looking) {
      runLooks();
    }
    if ((--left > 0 && !attention) || me.unpreemptible > 0) {
      return;
    }
    mutex.lock();
    try {
      me.place = place;
      ready.add(me);
      passOn();
    } finally {
      mutex.unlock();
    }
    awaitTurn(me);
  }

  /** The holder waits until {@link #wake}. Its waiter has put it where it will be found. */
  void block(GuestThread me) {
    mutex.lock();
    try {
      me.place = Place.WAITING;
      passOn();
    } finally {
      mutex.unlock();
    }
    awaitTurn(me);
  }

  /** Called by the holder: {@code thread} is ready to run when its turn comes. */
  void wake(GuestThread thread) {
    mutex.lock();
    try {
      if (thread.place == Place.WAITING && !ready.contains(thread)) {
        ready.add(thread);
      }
    } finally {
      mutex.unlock();
    }
  }

  /** The holder runs a call that may block, without the baton. */
  public <T> T blocked(Callable<T> call) throws Exception {
    GuestThread me = inside();
    if (me == null || me.unpreemptible > 0) {
      return call.call();
    }
    mutex.lock();
    try {
      me.place = Place.OUTSIDE;
      passOn();
    } finally {
      mutex.unlock();
    }
    try {
      return call.call();
    } finally {
      comeBack(me);
    }
  }

  private void comeBack(GuestThread me) {
    mutex.lock();
    try {
      me.adrift = false;
      ready.add(me);
      attention = true;
      dispatchIfIdle();
    } finally {
      mutex.unlock();
    }
    awaitTurn(me);
  }

  // ---- Stopping -------------------------------------------------------------------------------

  /**
   * Stops all threads but the caller's, at polls.
   *
   * @param timeout of wall time
   * @return to let them go on
   * @throws StopTimeoutException naming those that did not stop; all go on then
   */
  public Runnable stopOthers(boolean restartable, Duration timeout) throws StopTimeoutException {
    long deadline = System.nanoTime() + timeout.toNanos();
    GuestThread me = inside();
    Stop mine = null;
    while (mine == null) {
      mine = tryRequestStop(me, restartable, deadline);
    }
    if (mine.depth > 1) {
      return this::releaseStop;
    }
    if (me == null) {
      if (!mine.await(deadline)) {
        throw abandonStop(mine);
      }
    } else if (!me.awaitGrant(deadline)) {
      mutex.lock();
      try {
        // Between the deadline and here the CPU may have come after all.
        if (!me.isGranted()) {
          StopTimeoutException failure = abandonStop(mine);
          ready.remove(me);
          if (holder == null) {
            holder = me;
            me.place = Place.RUNNING;
          } else {
            me.adrift = true;
            me.place = Place.OUTSIDE;
          }
          throw failure;
        }
      } finally {
        mutex.unlock();
      }
      awaitTurn(me);
    } else {
      awaitTurn(me);
    }
    return this::releaseStop;
  }

  /** Returns null when another's stop had to be waited for first. */
  private @Nullable Stop tryRequestStop(
      @Nullable GuestThread me, boolean restartable, long deadline) throws StopTimeoutException {
    Stop other;
    mutex.lock();
    try {
      checkOpen();
      Stop active = stop;
      if (active == null) {
        Stop mine = new Stop(Thread.currentThread(), restartable);
        stop = mine;
        attention = true;
        if (me != null) {
          me.place = Place.STOPPING;
          ready.add(me);
          passOn();
        } else {
          signalStopper();
          dispatchIfIdle();
        }
        return mine;
      }
      if (active.owner == Thread.currentThread()) {
        active.depth++;
        return active;
      }
      other = active;
      if (me != null) {
        me.place = Place.STOPPING;
        ready.add(me);
        passOn();
      }
    } finally {
      mutex.unlock();
    }
    if (me != null) {
      awaitTurn(me);
    } else if (!other.released.await(deadline)) {
      throw new StopTimeoutException(
          "writers were not stopped in time: another stop, by " + other.owner.getName() + ", lasts");
    }
    return null;
  }

  private void releaseStop() {
    mutex.lock();
    try {
      Stop active = stop;
      if (active == null || --active.depth > 0) {
        return;
      }
      stop = null;
      active.released.open();
      attention = true;
      dispatchIfIdle();
    } finally {
      mutex.unlock();
    }
  }

  private StopTimeoutException abandonStop(Stop mine) {
    mutex.lock();
    try {
      String running =
          threads.stream()
              .filter(t -> t.carrier() != mine.owner && !mine.stops(t))
              .map(t -> t.name() + " (" + t.place.name().toLowerCase(Locale.ROOT) + ")")
              .collect(Collectors.joining(", "));
      stop = null;
      mine.released.open();
      dispatchIfIdle();
      return new StopTimeoutException(
          "writers were not stopped in time; wanted all at a "
              + (mine.restartable ? "restartable poll" : "poll")
              + ", still running: "
              + running);
    } finally {
      mutex.unlock();
    }
  }

  /** Wakes everybody; each thread's next scheduling point throws. */
  void close() {
    mutex.lock();
    try {
      closed = true;
      stop = null;
      attention = true;
      wakeWaiting(null);
      dispatchIfIdle();
    } finally {
      mutex.unlock();
    }
  }

  /** Wakes the waiting threads of a process that has ended; they throw. */
  void wakeAll(UserProcess process) {
    mutex.lock();
    try {
      wakeWaiting(process);
    } finally {
      mutex.unlock();
    }
  }

  private void wakeWaiting(@Nullable UserProcess process) {
    for (GuestThread thread : threads) {
      if (thread.place == Place.WAITING
          && !ready.contains(thread)
          && (process == null || thread.process == process)) {
        ready.add(thread);
      }
    }
  }

  /** Threads that have not ended. */
  public List<GuestThread> threads() {
    mutex.lock();
    try {
      return List.copyOf(threads);
    } finally {
      mutex.unlock();
    }
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
    left = 1 + random.nextInt(2 * quantum - 1);
    if (last != me) {
      last = me;
      counters.count(Event.CONTEXT_SWITCH);
    }
    if (closed || !me.process.isAlive()) {
      throw new IllegalStateException(
          "thread " + me.name() + " can't go on: process " + me.process.name() + " has ended");
    }
    switchTo.accept(me.process);
  }

  private void dispatchIfIdle() {
    if (holder == null) {
      passOn();
    }
  }

  /** Gives the baton to whoever is next, or to nobody. Under the mutex. */
  private void passOn() {
    GuestThread next = choose();
    holder = next;
    if (next != null) {
      ready.remove(next);
      next.place = Place.RUNNING;
      attention = false;
      next.grant();
    } else if (looking) {
      runLooks();
    }
    signalStopper();
  }

  private @Nullable GuestThread choose() {
    Stop active = stop;
    if (active == null || closed) {
      return ready.isEmpty()
          ? null
          : ready.get(ready.size() == 1 ? 0 : random.nextInt(ready.size()));
    }
    GuestThread owner = null;
    for (GuestThread thread : ready) {
      if (thread.carrier() == active.owner) {
        owner = thread;
      } else if (!active.stops(thread)) {
        return thread;
      }
    }
    return owner != null && everyoneStopped(active) ? owner : null;
  }

  private boolean everyoneStopped(Stop active) {
    for (GuestThread thread : threads) {
      if (thread.carrier() != active.owner && !active.stops(thread)) {
        return false;
      }
    }
    return true;
  }

  private void signalStopper() {
    Stop active = stop;
    if (active != null) {
      if (everyoneStopped(active)) {
        active.complete.open();
      } else {
        attention = true;
      }
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the machine is closed");
    }
  }

  /** Somebody's wish that all others stand still. */
  private static final class Stop {
    final Thread owner;
    final boolean restartable;
    final Gate complete = new Gate();
    final Gate released = new Gate();
    int depth = 1;

    Stop(Thread owner, boolean restartable) {
      this.owner = owner;
      this.restartable = restartable;
    }

    boolean stops(GuestThread thread) {
      return restartable ? thread.place.stopsAtRestartablePoll : thread.place.stopsAtPoll;
    }

    boolean await(long deadline) {
      return complete.await(deadline);
    }
  }
}
