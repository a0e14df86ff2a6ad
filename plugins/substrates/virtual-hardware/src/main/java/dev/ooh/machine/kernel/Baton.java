package dev.ooh.machine.kernel;

import dev.ooh.machine.hypervisor.ScheduledVcpu;
import dev.ooh.machine.kernel.GuestThread.Place;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The right to run on the machine's CPU: who has it, who waits for it, and who is next. What is not
 * volatile is guarded by {@link #mutex}, which is held for moments.
 */
final class Baton {
  final ReentrantLock mutex = new ReentrantLock();
  private final Set<GuestThread> threads = new LinkedHashSet<>();
  private final List<GuestThread> ready = new ArrayList<>();
  private final Queue<FutureTask<?>> looks = new ConcurrentLinkedQueue<>();
  private final SplittableRandom random;

  /** Wants a physical CPU while somebody has the baton. */
  private final ScheduledVcpu vcpu;

  /** Everybody stands still for it, or does at the next poll. */
  private @Nullable StopRequest stop;

  /**
   * Its owner waits until all others have come to a restartable poll. On their way there they must
   * run on, and may be stopped by others, so until then only those who arrived stand still for it.
   */
  private @Nullable StopRequest waiting;

  private volatile boolean closed;

  private volatile @Nullable GuestThread holder;

  /** Another thread wants the CPU, or wants its holder to stop. */
  private volatile boolean attention;

  /** A look is waiting to be run. */
  private volatile boolean looking;

  Baton(SplittableRandom random, ScheduledVcpu vcpu) {
    this.random = random;
    this.vcpu = vcpu;
  }

  /** The thread that has the CPU. */
  @Nullable GuestThread holder() {
    return holder;
  }

  boolean needsAttention() {
    return attention;
  }

  boolean isClosed() {
    return closed;
  }

  // ---- Under the mutex ------------------------------------------------------------------------

  /**
   * @throws IllegalStateException after {@link #close}
   */
  void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the machine is closed");
    }
  }

  /** Adds a thread, which is ready to run. */
  void add(GuestThread thread) {
    checkOpen();
    threads.add(thread);
    makeReady(thread);
  }

  /** Removes a thread that has ended, whatever it was doing. */
  void remove(GuestThread thread) {
    threads.remove(thread);
    ready.remove(thread);
    thread.place = Place.OUTSIDE;
    if (holder == thread || holder == null) {
      passOn();
    } else {
      signalStopper();
    }
  }

  void makeReady(GuestThread thread) {
    if (!ready.contains(thread)) {
      ready.add(thread);
    }
  }

  void unready(GuestThread thread) {
    ready.remove(thread);
  }

  /** Makes the holder hand over at its next scheduling point; gives an idle CPU to somebody. */
  void demandAttention() {
    attention = true;
    if (holder == null) {
      passOn();
    }
  }

  /** The holder stops at {@code place} and stays ready, so another thread may run next. */
  void handOver(GuestThread me, Place place) {
    me.place = place;
    makeReady(me);
    passOn();
  }

  /** The holder stops at {@code place} and runs again only after {@link #makeReady}. */
  void giveUp(GuestThread me, Place place) {
    me.place = place;
    passOn();
  }

  /** Takes the CPU if nobody has it. */
  boolean seize(GuestThread me) {
    if (holder != null) {
      return false;
    }
    holder = me;
    me.place = Place.RUNNING;
    vcpu.wake();
    return true;
  }

  /**
   * Has {@code next} run on the holder's Java thread instead of the holder. To whoever stops or
   * chooses threads the holder is still the one that runs; it must be the holder again before it
   * stops anywhere.
   */
  void replaceHolder(GuestThread next) {
    holder = next;
  }

  /** Wakes the waiting threads of a process, or of all. */
  void wakeWaiting(@Nullable UserProcess process) {
    for (GuestThread thread : threads) {
      if (thread.place == Place.WAITING && (process == null || thread.process == process)) {
        makeReady(thread);
      }
    }
  }

  void close() {
    closed = true;
    stop = null;
    waiting = null;
    wakeWaiting(null);
    demandAttention();
  }

  /** What everybody stands still for, or does at the next poll. */
  @Nullable StopRequest stop() {
    return stop;
  }

  /**
   * Asks for a stop.
   *
   * @return null, or another's that must end first: nothing was asked then
   */
  @Nullable StopRequest ask(StopRequest request) {
    StopRequest other = request.restartable ? waiting : stop;
    if (other == null) {
      if (request.restartable) {
        waiting = request;
      } else {
        stop = request;
      }
      signalStopper();
    }
    return other;
  }

  /** Ends a stop, be it complete or not. */
  void end(StopRequest request) {
    if (stop == request) {
      stop = null;
    } else if (waiting == request) {
      waiting = null;
    }
    request.released.open();
    demandAttention();
  }

  List<GuestThread> threads() {
    return List.copyOf(threads);
  }

  private void passOn() {
    GuestThread before = holder;
    if (before != null) {
      before.process.translations().hide();
      vcpu.leave();
    }
    if (stop == null && waiting != null && waiting.stopsAll(threads)) {
      stop = waiting;
      waiting = null;
    }
    GuestThread next = choose();
    holder = next;
    if (next != null) {
      ready.remove(next);
      next.place = Place.RUNNING;
      attention = false;
    } else if (looking) {
      runLooks();
    }
    signalStopper();
    if (next == null) {
      vcpu.halt();
    } else if (before == null) {
      vcpu.wake();
    }
    // Last: once it runs, whether it is told of a stop before its next poll would be luck.
    if (next != null) {
      next.grant();
    }
  }

  private @Nullable GuestThread choose() {
    StopRequest active = stop;
    if (active != null) {
      return chooseWithin(active);
    }
    if (waiting != null) {
      return chooseOnTheWay();
    }
    return ready.isEmpty() ? null : ready.get(ready.size() == 1 ? 0 : random.nextInt(ready.size()));
  }

  private @Nullable GuestThread chooseWithin(StopRequest active) {
    GuestThread owner = null;
    for (GuestThread thread : ready) {
      if (active.isOwner(thread)) {
        owner = thread;
      } else if (thread.service || !active.stops(thread)) {
        return thread;
      }
    }
    return owner != null && active.stopsAll(threads) ? owner : null;
  }

  /** Whoever is not where a restartable stop wants it; a new thread, as others may wait for it. */
  private @Nullable GuestThread chooseOnTheWay() {
    for (GuestThread thread : ready) {
      if (thread.place == Place.START || !thread.place.stopsAtRestartablePoll) {
        return thread;
      }
    }
    return null;
  }

  private void signalStopper() {
    StopRequest active = stop;
    if (active != null && active.stopsAll(threads)) {
      active.complete.open();
    } else if (active != null || waiting != null) {
      attention = true;
    }
  }

  // ---- Looking --------------------------------------------------------------------------------

  /**
   * Runs {@code look} on the holder's thread at its next scheduling point, or now on an idle CPU or
   * while the host runs others.
   */
  <T> T observe(Callable<T> look) throws Exception {
    FutureTask<T> task = new FutureTask<>(look);
    looks.add(task);
    looking = true;
    mutex.lock();
    try {
      if (holder == null) {
        runLooks();
      } else {
        vcpu.whileWaiting(this::runLooks);
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

  /** For the holder, at a scheduling point. */
  void letLook() {
    if (looking) {
      runLooks();
    }
  }

  private void runLooks() {
    looking = false;
    for (FutureTask<?> look = looks.poll(); look != null; look = looks.poll()) {
      look.run();
    }
  }
}
