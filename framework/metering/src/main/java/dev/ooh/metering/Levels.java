package dev.ooh.metering;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Values that go up and down, one for each meter and its tags, shown in every registry bound as
 * they were told last. For any thread.
 */
final class Levels {
  private record Key(Meters meter, Tags tags) {}

  private final Map<Key, AtomicLong> values = new ConcurrentHashMap<>();
  private final List<MeterRegistry> registries = new ArrayList<>();

  synchronized void bindTo(MeterRegistry registry) {
    registries.add(registry);
    values.forEach((key, value) -> register(registry, key, value));
  }

  synchronized void unbind(MeterRegistry registry) {
    registries.remove(registry);
  }

  void set(Meters meter, Tags tags, long value) {
    Key key = new Key(meter, tags);
    AtomicLong known = values.get(key);
    (known == null ? create(key) : known).set(value);
  }

  private synchronized AtomicLong create(Key key) {
    return values.computeIfAbsent(
        key,
        fresh -> {
          AtomicLong value = new AtomicLong();
          registries.forEach(registry -> register(registry, fresh, value));
          return value;
        });
  }

  private static void register(MeterRegistry registry, Key key, AtomicLong value) {
    Gauge.builder(key.meter.meterName(), value, AtomicLong::get)
        .baseUnit(key.meter.unit())
        .description(key.meter.description())
        .tags(key.tags)
        .register(registry);
  }
}
