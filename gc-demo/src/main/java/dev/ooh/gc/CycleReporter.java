package dev.ooh.gc;

import dev.ooh.gc.statistics.CycleListener;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.Pause;
import dev.ooh.gc.statistics.PhaseTime;
import dev.ooh.gc.statistics.Telling;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.collection.CollectionCycle;
import dev.ooh.memory.collection.CollectionObserver;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tells the observers of any collector, such as meters, of a heap's cycles. */
public final class CycleReporter implements CycleListener {
  private final AddressSpace space;
  private final List<CollectionObserver> observers;
  private final Telling<CollectionObserver> telling = new Telling<>();
  private String technique = "";

  /**
   * @param space the heap's
   * @param observers the list is read each time
   */
  public CycleReporter(AddressSpace space, List<CollectionObserver> observers) {
    this.space = space;
    this.observers = observers;
  }

  @Override
  public void ended(CycleRecord cycle) {
    technique = cycle.technique();
    CollectionCycle told =
        new CollectionCycle(
            cycle.kind().label(),
            cycle.cause().label(),
            technique,
            cycle.pauseNanos(),
            besideTheProgram(cycle),
            cycle.allocatedBytes(),
            cycle.promotedBytes(),
            cycle.liveBytes(),
            cycle.heapBytes());
    telling.tell(observers, observer -> observer.collected(space, told));
  }

  private static Map<String, Long> besideTheProgram(CycleRecord cycle) {
    return cycle.phases().stream()
        .filter(time -> !time.phase().isInPause())
        .collect(
            Collectors.groupingBy(
                time -> time.phase().label(), Collectors.summingLong(PhaseTime::nanos)));
  }

  @Override
  public void stalled(Pause stall) {
    telling.tell(observers, observer -> observer.stalled(space, technique, stall.nanos()));
  }
}
