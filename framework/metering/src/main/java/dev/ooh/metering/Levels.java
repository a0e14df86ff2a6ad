package dev.ooh.metering;

import dev.ooh.memory.AddressSpace;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Values of address spaces that go up and down, shown in every registry bound: for each meter and
 * its tags the sum of what was told last of each space that is still open. For any thread.
 */
final class Levels {
  private final MeterFamily<Level> levels = new MeterFamily<>(Level::new, Levels::register);

  void bindTo(MeterRegistry registry) {
    levels.bindTo(registry);
  }

  void unbind(MeterRegistry registry) {
    levels.unbind(registry);
  }

  void set(Meters meter, Tags tags, AddressSpace space, long value) {
    levels.get(meter, tags).set(space, value);
  }

  private static void register(MeterRegistry registry, Meters meter, Tags tags, Level level) {
    Gauge.builder(meter.meterName(), level, Level::sum)
        .baseUnit(meter.unit())
        .description(meter.description())
        .tags(tags)
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
