package dev.ooh.gc.testing;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.StoppedWriters;
import dev.ooh.memory.Interval;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import java.lang.reflect.Method;

/**
 * Stands between a heap and its space, and tells of each step of a full cycle beside the program:
 * by the collector's thread, between two of its actions. A small heap's has three pauses.
 */
public final class CollectorSteps implements IntervalSource {
  private final AddressSpace real;
  private final IntervalSource source;
  private final Listener listener;
  private final AddressSpace shown;
  private int pauses;
  private boolean inPause;
  private volatile boolean over;

  /** What the cycle is at. */
  public enum Phase {
    /** Its first pause. */
    INITIAL_MARK,
    /** Tracing from that pause's roots, beside the program. */
    CONCURRENT_MARK,
    /** The second pause, which takes what changed, and tracing from there beside the program. */
    PRECLEANING,
    /** The last pause until everything is marked. */
    FINAL_MARK,
    /** From the last interval's commit on: blocks are swept beside the program. */
    SWEEP
  }

  /** What the collector's thread does next, or has just done. */
  public enum Step {
    STOPPING,
    STOPPED,
    FETCHING,
    FETCHED,
    WORK,
    POLL,
    COMMITTING,
    COMMITTED,
    GOING_ON
  }

  /** Is told of steps. */
  public interface Listener {
    void step(Phase phase, Step step);

    /** What the collector is to believe changed. */
    default PageSet changed(Phase phase, PageSet pages) {
      return pages;
    }
  }

  /**
   * @param source asked for what changed
   */
  public CollectorSteps(AddressSpace space, IntervalSource source, Listener listener) {
    this.real = space;
    this.source = source;
    this.listener = listener;
    ExecutionContext execution =
        Proxies.of(ExecutionContext.class, (method, arguments) -> execution(method, arguments));
    shown =
        Proxies.of(
            AddressSpace.class,
            (method, arguments) ->
                method.getName().equals("execution")
                    ? execution
                    : Proxies.call(real, method, arguments));
  }

  /** The space as the heap is to see it. */
  public AddressSpace space() {
    return shown;
  }

  /** Whether the last pause has ended. */
  public boolean isOver() {
    return over;
  }

  private Object execution(Method method, Object[] arguments) throws Throwable {
    if (!isCollector()) {
      return Proxies.call(real.execution(), method, arguments);
    }
    switch (method.getName()) {
      case "stopWriters" -> {
        pauses++;
        tell(Step.STOPPING);
        StoppedWriters stopped = (StoppedWriters) Proxies.call(real.execution(), method, arguments);
        inPause = true;
        tell(Step.STOPPED);
        return (StoppedWriters) () -> goOn(stopped);
      }
      case "work" -> tell(Step.WORK);
      case "poll" -> {
        Proxies.call(real.execution(), method, arguments);
        tell(Step.POLL);
        return null;
      }
      default -> {}
    }
    return Proxies.call(real.execution(), method, arguments);
  }

  private void goOn(StoppedWriters stopped) {
    stopped.close();
    inPause = false;
    tell(Step.GOING_ON);
    over = pauses == 3;
  }

  @Override
  public Interval fetch(AddressSpace space, TrackingConsumer consumer, PageSet scan, PageSet arm) {
    if (!isCollector()) {
      return source.fetch(real, consumer, scan, arm);
    }
    tell(Step.FETCHING);
    Interval interval = source.fetch(real, consumer, scan, arm);
    PageSet pages = listener.changed(phase(Step.FETCHED), interval.pages());
    tell(Step.FETCHED);
    return new PassedOn(interval) {
      @Override
      public PageSet pages() {
        return pages;
      }

      @Override
      public void commit() {
        tell(Step.COMMITTING);
        super.commit();
        tell(Step.COMMITTED);
      }
    };
  }

  private void tell(Step step) {
    if (pauses > 0) {
      listener.step(phase(step), step);
    }
  }

  private Phase phase(Step step) {
    return switch (pauses) {
      case 1 -> inPause ? Phase.INITIAL_MARK : Phase.CONCURRENT_MARK;
      case 2 -> Phase.PRECLEANING;
      default -> step.compareTo(Step.COMMITTING) < 0 ? Phase.FINAL_MARK : Phase.SWEEP;
    };
  }

  private static boolean isCollector() {
    return Thread.currentThread().getName().equals("collector");
  }
}
