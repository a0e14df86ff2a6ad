package dev.ooh.metering;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.DoubleAdder;

/**
 * Sums that only grow, one for each meter and its tags, shown in every registry bound. They outlive
 * the address spaces that they were counted in. For any thread.
 */
final class Totals {
  private record Key(Meters meter, Tags tags) {}

  private final Map<Key, DoubleAdder> sums = new ConcurrentHashMap<>();
  private final List<MeterRegistry> registries = new ArrayList<>();

  synchronized void bindTo(MeterRegistry registry) {
    registries.add(registry);
    sums.forEach((key, sum) -> register(registry, key, sum));
  }

  synchronized void unbind(MeterRegistry registry) {
    registries.remove(registry);
  }

  /** Adds to a sum; nothing is shown of sums that were never above zero. */
  void add(Meters meter, Tags tags, double amount) {
    if (amount > 0) {
      Key key = new Key(meter, tags);
      DoubleAdder sum = sums.get(key);
      (sum == null ? create(key) : sum).add(amount);
    }
  }

  private synchronized DoubleAdder create(Key key) {
    return sums.computeIfAbsent(
        key,
        fresh -> {
          DoubleAdder sum = new DoubleAdder();
          registries.forEach(registry -> register(registry, fresh, sum));
          return sum;
        });
  }

  private static void register(MeterRegistry registry, Key key, DoubleAdder sum) {
    FunctionCounter.builder(key.meter.meterName(), sum, DoubleAdder::sum)
        .baseUnit(key.meter.unit())
        .description(key.meter.description())
        .tags(key.tags)
        .register(registry);
  }
}
