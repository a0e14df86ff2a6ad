package dev.ooh.gc.testing;

import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.CycleListener;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.ContextLock;
import java.util.function.BooleanSupplier;

/**
 * Stands between a heap and its space, and waits for full cycles beside the program: until the
 * collector tells that one has ended, or the thread whose it is has, which then has given it up. A
 * thread that waits counts as stopped.
 */
public final class CyclesBeside implements CycleListener {
  private final AddressSpace real;
  private final AddressSpace shown;
  private final ContextLock lock;
  private CollectedHeap heap;

  /** Of the collector, that run: a new one may start just before the last one is gone. */
  private int threads;

  /** Since the last one was begun. */
  private volatile boolean ended;

  public CyclesBeside(AddressSpace space) {
    real = space;
    lock = space.execution().newLock();
    shown =
        Proxies.executing(
            space,
            (method, arguments) ->
                method.getName().equals("spawn") && arguments[0].equals("collector")
                    ? start((Runnable) arguments[1])
                    : Proxies.call(space.execution(), method, arguments));
  }

  /** The space as the heap is to see it. */
  public AddressSpace space() {
    return shown;
  }

  /** From now on waits for cycles of this heap, which it returns. */
  public CollectedHeap follow(CollectedHeap followed) {
    heap = followed;
    heap.addListener(this);
    return heap;
  }

  /** Begins one, as soon as the thread of the one before has ended. */
  public void begin() {
    lock.lock();
    try {
      while (threads > 0) {
        lock.await();
      }
    } finally {
      lock.unlock();
    }
    if (!tryBegin()) {
      throw new AssertionError("no full cycle beside the program begins though none runs");
    }
  }

  /** Begins one; returns false when the one before has not ended, sweeping included. */
  public boolean tryBegin() {
    ended = false;
    return heap.startFullCycle();
  }

  /** Whether the one that was begun has marked all, and its last pause has ended. */
  public boolean hasEnded() {
    return ended;
  }

  /** Waits until {@link #hasEnded}; returns false when the collector's thread has given it up. */
  public boolean awaitEnd() {
    awaitEndOr(() -> false);
    return ended;
  }

  /**
   * Waits until it has ended or was given up, or {@code event} has come, after which whoever
   * brought it about calls {@link #signal}.
   */
  public void awaitEndOr(BooleanSupplier event) {
    lock.lock();
    try {
      while (!ended && threads > 0 && !event.getAsBoolean()) {
        lock.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Wakes who waits for an event that has come. */
  public void signal() {
    lock.lock();
    try {
      lock.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void ended(CycleRecord cycle) {
    if (cycle.kind() == CycleKind.CONCURRENT) {
      ended = true;
      signal();
    }
  }

  private Object start(Runnable body) {
    count(1);
    return real.execution()
        .spawn(
            "collector",
            () -> {
              try {
                body.run();
              } finally {
                count(-1);
              }
            });
  }

  private void count(int more) {
    lock.lock();
    try {
      threads += more;
      lock.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
