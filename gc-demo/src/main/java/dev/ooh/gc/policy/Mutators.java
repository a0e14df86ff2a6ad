package dev.ooh.gc.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The threads that allocate or hold roots. Looking up the calling thread costs one comparison while
 * the same thread keeps asking. All but {@link #current} is guarded by the heap's lock.
 */
public final class Mutators {
  private final ConcurrentHashMap<Thread, Mutator> byThread = new ConcurrentHashMap<>();
  private final List<Mutator> all = new ArrayList<>();

  /** Of threads that ended; null when holes are not written down. */
  private final @Nullable HoleLog departed;

  /** Who asked last; a race on it costs a lookup, and {@link Mutator} is safe to publish so. */
  private Mutator recent = new Mutator(new Thread(() -> {}), null);

  /**
   * @param logged whether it is written down which holes are entered
   */
  public Mutators(boolean logged) {
    departed = logged ? new HoleLog() : null;
  }

  /** The calling thread's; null when {@link #register} was not called for it. */
  public @Nullable Mutator current() {
    Thread thread = Thread.currentThread();
    Mutator mutator = recent;
    if (mutator.thread() == thread) {
      return mutator;
    }
    mutator = byThread.get(thread);
    if (mutator != null) {
      recent = mutator;
    }
    return mutator;
  }

  /** Adds the calling thread; it inherits the holes of a thread that ended. */
  public Mutator register() {
    Thread thread = Thread.currentThread();
    Mutator mutator = null;
    for (int i = 0; i < all.size() && mutator == null; i++) {
      Mutator other = all.get(i);
      if (!other.thread().isAlive()) {
        mutator = other.inheritedBy(thread);
        byThread.remove(other.thread());
        all.set(i, mutator);
      }
    }
    if (mutator == null) {
      mutator = new Mutator(thread, departed == null ? null : new HoleLog());
      all.add(mutator);
    }
    byThread.put(thread, mutator);
    recent = mutator;
    return mutator;
  }

  /** Forgets threads that ended; their roots went with them. */
  public void prune() {
    all.removeIf(this::hasDeparted);
    byThread.keySet().removeIf(thread -> !thread.isAlive());
  }

  private boolean hasDeparted(Mutator mutator) {
    boolean ended = !mutator.thread().isAlive();
    if (ended && departed != null && mutator.holes() != null) {
      departed.addAll(mutator.holes());
    }
    return ended;
  }

  /** Shows all holes entered since {@link #forgetHoles}, those of threads that ended, too. */
  void forEachHole(HoleLog.Visitor visitor) {
    if (departed != null) {
      departed.forEach(visitor);
    }
    for (Mutator mutator : all) {
      if (mutator.holes() != null) {
        mutator.holes().forEach(visitor);
      }
    }
  }

  /** Shows what is left of all threads' current holes. */
  void forEachRest(HoleLog.Visitor visitor) {
    for (Mutator mutator : all) {
      mutator.forEachRest(visitor);
    }
  }

  /** After a cycle, when all holes were given up. */
  void forgetHoles() {
    if (departed != null) {
      departed.clear();
    }
    for (Mutator mutator : all) {
      if (mutator.holes() != null) {
        mutator.holes().clear();
      }
    }
  }

  public int count() {
    return all.size();
  }

  public Mutator get(int index) {
    return all.get(index);
  }

  /** After a cycle: every thread searches for holes anew. */
  public void retireHoles() {
    for (Mutator mutator : all) {
      mutator.retire();
    }
  }
}
