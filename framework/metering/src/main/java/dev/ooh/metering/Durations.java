package dev.ooh.metering;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Histograms of measured durations, one for each meter and its tags, in every registry bound when a
 * duration comes. For any thread.
 */
final class Durations {
  /** Upper bounds, from what one page costs to what somebody waiting would notice. */
  private static final List<Duration> BOUNDS =
      List.of(
          Duration.ofNanos(10_000),
          Duration.ofNanos(50_000),
          Duration.ofNanos(100_000),
          Duration.ofNanos(500_000),
          Duration.ofMillis(1),
          Duration.ofMillis(5),
          Duration.ofMillis(10),
          Duration.ofMillis(50),
          Duration.ofMillis(100),
          Duration.ofMillis(500),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5));

  private record Key(MeterRegistry registry, Meters meter, Tags tags) {}

  private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

  void bindTo(MeterRegistry registry) {
    registries.add(registry);
  }

  void unbind(MeterRegistry registry) {
    registries.remove(registry);
    timers.keySet().removeIf(key -> key.registry == registry);
  }

  void record(Meters meter, Tags tags, long nanos) {
    for (MeterRegistry registry : registries) {
      timers
          .computeIfAbsent(new Key(registry, meter, tags), Durations::register)
          .record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  private static Timer register(Key key) {
    return Timer.builder(key.meter.meterName())
        .description(key.meter.description())
        .tags(key.tags)
        .serviceLevelObjectives(BOUNDS.toArray(Duration[]::new))
        .register(key.registry);
  }
}
