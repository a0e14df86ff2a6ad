package dev.ooh.metering;

import dev.ooh.memory.AddressSpace;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Values of address spaces that go up and down, shown in every registry bound: for each meter and
 * its tags the sum of what was told last of each space that is still open. For any thread.
 */
final class Levels {
  private record Key(Meters meter, Tags tags) {}

  private final Map<Key, Level> levels = new ConcurrentHashMap<>();
  private final List<MeterRegistry> registries = new ArrayList<>();

  synchronized void bindTo(MeterRegistry registry) {
    registries.add(registry);
    levels.forEach((key, level) -> register(registry, key, level));
  }

  synchronized void unbind(MeterRegistry registry) {
    registries.remove(registry);
  }

  void set(Meters meter, Tags tags, AddressSpace space, long value) {
    Key key = new Key(meter, tags);
    Level known = levels.get(key);
    (known == null ? create(key) : known).set(space, value);
  }

  private synchronized Level create(Key key) {
    return levels.computeIfAbsent(
        key,
        fresh -> {
          Level level = new Level();
          registries.forEach(registry -> register(registry, fresh, level));
          return level;
        });
  }

  private static void register(MeterRegistry registry, Key key, Level level) {
    Gauge.builder(key.meter.meterName(), level, Level::sum)
        .baseUnit(key.meter.unit())
        .description(key.meter.description())
        .tags(key.tags)
        .register(registry);
  }

  private static final class Level {
    /** Weak, as a space may be forgotten without being closed. */
    private final Map<AddressSpace, Long> values = new WeakHashMap<>();

    synchronized void set(AddressSpace space, long value) {
      values.put(space, value);
    }

    synchronized long sum() {
      values.keySet().removeIf(space -> !space.isOpen());
      return values.values().stream().mapToLong(Long::longValue).sum();
    }
  }
}
