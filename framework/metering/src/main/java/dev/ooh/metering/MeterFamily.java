package dev.ooh.metering;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Values of one kind, one for each meter and its tags, shown in every registry bound, before and
 * after. For any thread.
 */
final class MeterFamily<V> {
  private record Key(Meters meter, Tags tags) {}

  /** Shows a value in a registry. */
  interface Registration<V> {
    void register(MeterRegistry registry, Meters meter, Tags tags, V value);
  }

  private final Supplier<V> fresh;
  private final Registration<V> registration;
  private final Map<Key, V> values = new ConcurrentHashMap<>();
  private final List<MeterRegistry> registries = new ArrayList<>();

  MeterFamily(Supplier<V> fresh, Registration<V> registration) {
    this.fresh = fresh;
    this.registration = registration;
  }

  synchronized void bindTo(MeterRegistry registry) {
    registries.add(registry);
    values.forEach((key, value) -> register(registry, key, value));
  }

  synchronized void unbind(MeterRegistry registry) {
    registries.remove(registry);
  }

  /** The value of a meter, shown from now on. */
  V get(Meters meter, Tags tags) {
    Key key = new Key(meter, tags);
    V known = values.get(key);
    return known == null ? create(key) : known;
  }

  private synchronized V create(Key key) {
    return values.computeIfAbsent(
        key,
        unknown -> {
          V value = fresh.get();
          registries.forEach(registry -> register(registry, unknown, value));
          return value;
        });
  }

  private void register(MeterRegistry registry, Key key, V value) {
    registration.register(registry, key.meter, key.tags, value);
  }
}
