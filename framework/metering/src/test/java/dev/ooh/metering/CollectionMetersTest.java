package dev.ooh.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.collection.CollectionCycle;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CollectionMetersTest {
  private final CollectionMeters meters = new CollectionMeters();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Fakes fakes = new Fakes();
  private final AddressSpace measured = fakes.space("linux");

  private static CollectionCycle cycle(String kind, long pauseMillis, long live) {
    return cycle("uffd", kind, pauseMillis, live);
  }

  private static CollectionCycle cycle(String technique, String kind, long pauseMillis, long live) {
    return new CollectionCycle(
        kind,
        "Allocation",
        technique,
        pauseMillis * 1_000_000,
        kind.equals("concurrent")
            ? Map.of("Concurrent Mark", 30_000_000L, "Concurrent Preclean", 5_000_000L)
            : Map.of(),
        100,
        60,
        live,
        4096);
  }

  @Test
  void cyclesArePausesAndBytes() {
    meters.bindTo(registry);
    meters.collected(measured, cycle("young", 3, 500));
    meters.collected(measured, cycle("young", 1, 700));
    meters.collected(measured, cycle("concurrent", 2, 300));
    Timer young = registry.get("ooh.gc.pause").tag("action", "young").timer();
    assertThat(young.count()).isEqualTo(2);
    assertThat(young.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(4);
    assertThat(young.getId().getTag("cause")).isEqualTo("Allocation");
    assertThat(young.getId().getTag("technique")).isEqualTo("uffd");
    assertThat(young.takeSnapshot().histogramCounts()).isNotEmpty();
    assertThat(
            registry
                .get("ooh.gc.concurrent.phase.time")
                .tag("phase", "Concurrent Mark")
                .timer()
                .totalTime(TimeUnit.MILLISECONDS))
        .isEqualTo(30);
    assertThat(registry.get("ooh.gc.cycles").tag("action", "young").functionCounter().count())
        .isEqualTo(2);
    assertThat(registry.get("ooh.gc.memory.allocated").functionCounter().count()).isEqualTo(300);
    assertThat(registry.get("ooh.gc.memory.promoted").functionCounter().count()).isEqualTo(180);
    assertThat(registry.get("ooh.gc.live.data.size").gauge().value()).isEqualTo(300);
    assertThat(registry.get("ooh.gc.heap.size").gauge().value()).isEqualTo(4096);
  }

  @Test
  void sizesAreOfAllHeapsWhicheverTechniqueUntilTheirSpacesClose() {
    meters.bindTo(registry);
    meters.collected(measured, cycle("uffd", "young", 1, 500));
    meters.collected(measured, cycle("procfs", "young", 1, 700));
    Gauge live = registry.get("ooh.gc.live.data.size").gauge();
    assertThat(registry.get("ooh.gc.live.data.size").gauges()).hasSize(1);
    assertThat(live.getId().getTags()).containsExactly(Tag.of("substrate", "linux"));
    assertThat(live.value()).isEqualTo(700);
    AddressSpace other = fakes.space("linux");
    meters.collected(other, cycle("uffd", "young", 1, 30));
    assertThat(live.value()).isEqualTo(730);
    fakes.closed.add(measured);
    assertThat(live.value()).isEqualTo(30);
    assertThat(registry.get("ooh.gc.heap.size").gauge().value()).isEqualTo(4096);
    fakes.closed.add(other);
    assertThat(live.value()).isZero();
  }

  @Test
  void whoWaitsForMemoryIsPaused() {
    meters.bindTo(registry);
    meters.stalled(measured, "", 2_000_000);
    Timer stall = registry.get("ooh.gc.pause").tag("action", "stall").timer();
    assertThat(stall.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(2);
    assertThat(stall.getId().getTag("technique")).isEqualTo("none");
  }

  @Test
  void simulatedTimeIsNotTimed() {
    meters.bindTo(registry);
    AddressSpace simulated = new Fakes().space("virtual");
    meters.collected(simulated, cycle("concurrent", 2, 300));
    meters.stalled(simulated, "uffd", 1);
    assertThat(registry.getMeters())
        .isNotEmpty()
        .noneMatch(meter -> meter.getId().getType() == Meter.Type.TIMER);
    assertThat(registry.get("ooh.gc.cycles").functionCounter().count()).isEqualTo(1);
  }

  @Test
  void aRegistryThatComesLaterHasTheSumsAndTheLastValues() {
    meters.collected(measured, cycle("young", 3, 500));
    meters.bindTo(registry);
    assertThat(registry.get("ooh.gc.cycles").functionCounter().count()).isEqualTo(1);
    assertThat(registry.get("ooh.gc.live.data.size").gauge().value()).isEqualTo(500);
    meters.unbind(registry);
    meters.collected(measured, cycle("full", 3, 900));
    assertThat(registry.find("ooh.gc.pause").timers()).isEmpty();
    assertThat(registry.find("ooh.gc.cycles").tag("action", "full").functionCounters()).isEmpty();
  }
}
