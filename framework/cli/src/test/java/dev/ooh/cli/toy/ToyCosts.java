package dev.ooh.cli.toy;

import dev.ooh.testing.space.StoreListener;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Each store counts as one event M5 and costs 1 ms. */
final class ToyCosts implements SimulatedCosts, StoreListener {
  private final AtomicLong stores = new AtomicLong();

  @Override
  public void stored(long address, long length) {
    stores.incrementAndGet();
  }

  @Override
  public String profile() {
    return "toy";
  }

  @Override
  public Map<String, String> sources() {
    return Map.of("M5", "a toy");
  }

  @Override
  public TechniqueStatistics events() {
    return TechniqueStatistics.of(Map.of("M5", stores.get(), "M3", 1L));
  }

  @Override
  public void trackedBytes(long bytes) {}

  @Override
  public void count(String event, long times) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Priced price(TechniqueStatistics difference) {
    return new Priced(7 * difference.get("M3"), 0, difference.get("M5"), 0);
  }

  @Override
  public double untrackedPageWriteMillis() {
    return 2;
  }
}
