package dev.ooh.gc.flight;

/**
 * One cycle in a flight recording. Each event's own duration is wall time; {@code took} and the
 * pauses are by the space's clock. Costs next to nothing while nobody records. For the thread that
 * collects.
 */
public final class CycleEvents {
  private final long number;
  private final String clock;
  private final CollectionEvent cycle = new CollectionEvent();
  private PauseEvent pause = new PauseEvent();
  private PausePartEvent part = new PausePartEvent();
  private ConcurrentPhaseEvent beside = new ConcurrentPhaseEvent();
  private boolean inPause;

  /** A cycle begins. */
  public CycleEvents(long number, boolean simulated) {
    this.number = number;
    clock = simulated ? "simulated" : "wall";
    cycle.begin();
  }

  public void pauseBegins() {
    pause = new PauseEvent();
    pause.begin();
  }

  public void pauseEnds(String name, long nanos) {
    pause.gcId = number;
    pause.name = name;
    pause.took = nanos;
    pause.clock = clock;
    pause.commit();
  }

  /**
   * A phase begins.
   *
   * @param stopped whether mutators stand still in it
   */
  public void phaseBegins(boolean stopped) {
    inPause = stopped;
    if (stopped) {
      part = new PausePartEvent();
      part.begin();
    } else {
      beside = new ConcurrentPhaseEvent();
      beside.begin();
    }
  }

  public void phaseEnds(String name, long nanos) {
    if (inPause) {
      part.gcId = number;
      part.name = name;
      part.took = nanos;
      part.clock = clock;
      part.commit();
    } else {
      beside.gcId = number;
      beside.name = name;
      beside.took = nanos;
      beside.clock = clock;
      beside.commit();
    }
  }

  public void heap(String when, long usedBytes, long heapBytes) {
    HeapSummaryEvent event = new HeapSummaryEvent();
    event.gcId = number;
    event.when = when;
    event.heapUsed = usedBytes;
    event.heapSpace = heapBytes;
    event.commit();
  }

  /**
   * The cycle ended.
   *
   * @param pauseNanos of its only pause
   */
  public void ended(String name, String cause, String technique, long pauseNanos) {
    cycle.gcId = number;
    cycle.name = name;
    cycle.cause = cause;
    cycle.technique = technique;
    cycle.sumOfPauses = pauseNanos;
    cycle.longestPause = pauseNanos;
    cycle.clock = clock;
    cycle.commit();
  }
}
