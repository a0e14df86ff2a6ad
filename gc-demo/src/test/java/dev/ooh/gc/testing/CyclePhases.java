package dev.ooh.gc.testing;

import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.CycleObserver;
import dev.ooh.gc.HeapOptions;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.Interval;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import java.lang.reflect.Method;

/**
 * Stands between a heap and its space, and tells when a cycle enters each of its phases: by the
 * thread that works on the cycle, which does nothing else meanwhile. A cycle of a small heap beside
 * the program has three pauses, any other one; of one cycle at a time, as {@link #watch} says.
 */
public final class CyclePhases implements IntervalSource, CycleObserver {
  private static final int BESIDE = 3;

  private final AddressSpace real;
  private final IntervalSource source;
  private final Listener listener;
  private final CyclesBeside cycles;
  private final AddressSpace shown;
  private volatile int pausesLeft;
  private volatile boolean beside;
  private volatile boolean rootsAreNext;

  /** Is told of phases. */
  @FunctionalInterface
  public interface Listener {
    void enters(Phase phase);
  }

  /**
   * @param source asked for what changed
   */
  public CyclePhases(AddressSpace space, IntervalSource source, Listener listener) {
    this.real = space;
    this.source = source;
    this.listener = listener;
    cycles = new CyclesBeside(space);
    ExecutionContext followed = cycles.space().execution();
    ExecutionContext execution =
        Proxies.of(
            ExecutionContext.class,
            (method, arguments) ->
                method.getName().equals("stopWriters")
                    ? stop(method, arguments)
                    : Proxies.call(followed, method, arguments));
    Memory memory =
        Proxies.of(
            Memory.class,
            (method, arguments) -> {
              // After the commit, and before the mutators go on, nothing reads but who copies
              // roots.
              if (rootsAreNext) {
                rootsAreNext = false;
                listener.enters(Phase.INITIAL_MARK);
              }
              return Proxies.call(real.memory(), method, arguments);
            });
    shown =
        Proxies.of(
            AddressSpace.class,
            (method, arguments) ->
                switch (method.getName()) {
                  case "execution" -> execution;
                  case "memory" -> memory;
                  default -> Proxies.call(real, method, arguments);
                });
  }

  /** The heap, which sees its space through this. */
  public CollectedHeap heap(HeapOptions options) {
    return cycles.follow(new CollectedHeap(shown, options, this, this));
  }

  /** The heap's full cycles beside the program. */
  public CyclesBeside cycles() {
    return cycles;
  }

  /**
   * From now on tells of the next cycle, until it has ended or {@link #forget} is called.
   *
   * @param besideTheProgram whether it is a full cycle beside the program
   */
  public void watch(boolean besideTheProgram) {
    beside = besideTheProgram;
    pausesLeft = besideTheProgram ? BESIDE : 1;
  }

  /** Tells no more. */
  public void forget() {
    pausesLeft = 0;
    rootsAreNext = false;
  }

  /** Whether the last pause of the cycle has ended, or it was forgotten. */
  private boolean isOver() {
    return pausesLeft == 0;
  }

  private void tell(Phase phase) {
    if (!isOver()) {
      listener.enters(phase);
    }
  }

  private Object stop(Method method, Object[] arguments) throws Throwable {
    tell(Phase.STOP);
    StoppedWriters stopped = (StoppedWriters) Proxies.call(real.execution(), method, arguments);
    try {
      tell(Phase.PREPARE);
    } catch (Throwable e) {
      stopped.close();
      throw e;
    }
    return (StoppedWriters) () -> goOn(stopped);
  }

  private void goOn(StoppedWriters stopped) {
    rootsAreNext = false;
    if (isOver()) {
      stopped.close();
      return;
    }
    tell(Phase.RESUME);
    stopped.close();
    int left = pausesLeft - 1;
    if (left > 0) {
      listener.enters(left == 2 ? Phase.CONCURRENT_MARK : Phase.CONCURRENT_PRECLEAN);
    }
    pausesLeft = left;
  }

  @Override
  public void fetched(PageSet watched, Interval interval) {
    tell(beside && pausesLeft == 1 ? Phase.FINAL_MARK : Phase.MARK);
  }

  @Override
  public Interval fetch(AddressSpace space, TrackingConsumer consumer, PageSet scan, PageSet arm) {
    tell(Phase.FETCH);
    Interval interval = source.fetch(real, consumer, scan, arm);
    return new PassedOn(interval) {
      @Override
      public void commit() {
        tell(Phase.COMMIT);
        super.commit();
        rootsAreNext = beside && pausesLeft > 1;
        tell(Phase.SWEEP);
      }
    };
  }
}
