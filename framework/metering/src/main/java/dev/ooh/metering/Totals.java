package dev.ooh.metering;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.DoubleAdder;

/**
 * Sums that only grow, one for each meter and its tags, shown in every registry bound. They outlive
 * the address spaces that they were counted in. For any thread.
 */
final class Totals {
  private final MeterFamily<DoubleAdder> sums =
      new MeterFamily<>(DoubleAdder::new, Totals::register);

  void bindTo(MeterRegistry registry) {
    sums.bindTo(registry);
  }

  void unbind(MeterRegistry registry) {
    sums.unbind(registry);
  }

  /** Adds to a sum; nothing is shown of sums that were never above zero. */
  void add(Meters meter, Tags tags, double amount) {
    if (amount > 0) {
      sums.get(meter, tags).add(amount);
    }
  }

  private static void register(MeterRegistry registry, Meters meter, Tags tags, DoubleAdder sum) {
    FunctionCounter.builder(meter.meterName(), sum, DoubleAdder::sum)
        .baseUnit(meter.unit())
        .description(meter.description())
        .tags(tags)
        .register(registry);
  }
}
