package dev.ooh.metering;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.collection.CollectionCycle;
import dev.ooh.memory.collection.CollectionObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.osgi.service.component.annotations.Component;

/**
 * The meters of collected heaps in this process, named after Micrometer's own of the JVM's
 * collectors ({@code jvm.gc.…}); {@link Meters} lists them. Bound to a registry, each shows up when
 * it is first told of. Durations are of measured time only. For any thread.
 */
@Component(
    immediate = true,
    service = {CollectionObserver.class, MeterBinder.class, CollectionMeters.class})
public final class CollectionMeters implements MeterBinder, CollectionObserver {
  private static final String ACTION = "action";
  private static final String CAUSE = "cause";

  private final Totals totals = new Totals();
  private final Durations durations = new Durations();
  private final Levels levels = new Levels();

  @Override
  public void bindTo(MeterRegistry registry) {
    totals.bindTo(registry);
    durations.bindTo(registry);
    levels.bindTo(registry);
  }

  /** Undoes {@link #bindTo}: meters that come from now on are not shown in {@code registry}. */
  public void unbind(MeterRegistry registry) {
    totals.unbind(registry);
    durations.unbind(registry);
    levels.unbind(registry);
  }

  @Override
  public void collected(AddressSpace space, CollectionCycle cycle) {
    Tags tags = SpaceSamples.tags(space, cycle.technique());
    Tags actions = tags.and(ACTION, cycle.kind(), CAUSE, cycle.cause());
    totals.add(Meters.GC_CYCLES, actions, 1);
    totals.add(Meters.GC_ALLOCATED, tags, cycle.allocatedBytes());
    totals.add(Meters.GC_PROMOTED, tags, cycle.promotedBytes());
    // Whoever told which pages changed, the heap is the same.
    Tags ofHeap = Tags.of(Meters.SUBSTRATE, space.substrate());
    levels.set(Meters.GC_LIVE, ofHeap, space, cycle.liveBytes());
    levels.set(Meters.GC_HEAP, ofHeap, space, cycle.heapBytes());
    if (!space.execution().simulatedTime()) {
      durations.record(Meters.GC_PAUSE, actions, cycle.pauseNanos());
      cycle
          .concurrentNanos()
          .forEach(
              (phase, nanos) ->
                  durations.record(Meters.GC_CONCURRENT, tags.and("phase", phase), nanos));
    }
  }

  @Override
  public void stalled(AddressSpace space, String technique, long nanos) {
    if (!space.execution().simulatedTime()) {
      Tags tags = SpaceSamples.tags(space, technique.isEmpty() ? "none" : technique);
      durations.record(
          Meters.GC_PAUSE, tags.and(ACTION, "stall", CAUSE, "Allocation Stall"), nanos);
    }
  }
}
