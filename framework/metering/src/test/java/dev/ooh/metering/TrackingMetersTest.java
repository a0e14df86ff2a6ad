package dev.ooh.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.AddressSpace;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingStatistics;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrackingMetersTest {
  private final Fakes fakes = new Fakes();
  private final TrackingMeters meters = new TrackingMeters();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @BeforeEach
  void bind() {
    meters.watch(fakes.control);
    meters.bindTo(registry);
  }

  @Test
  void eachCountIsAddedOnce() {
    AddressSpace space = fakes.space("linux");
    fakes.active.put(space, "uffd");
    fakes.statistics.put(space, counts(2, 10));
    meters.refresh();
    meters.refresh();
    fakes.statistics.put(space, counts(3, 14));
    meters.refresh();
    assertThat(value(Meters.FETCHES, "linux", "uffd")).isEqualTo(3);
    assertThat(value(Meters.PAGES_REPORTED, "linux", "uffd")).isEqualTo(14);
  }

  @Test
  void aSwitchDividesTheCountsBetweenTheTechniques() {
    AddressSpace space = fakes.space("virtual");
    fakes.active.put(space, "spml");
    fakes.statistics.put(space, counts(2, 10));
    meters.refresh();
    meters.stopped(space, "spml", counts(3, 12));
    fakes.active.put(space, "epml");
    fakes.statistics.put(space, counts(4, 20));
    meters.refresh();
    assertThat(value(Meters.PAGES_REPORTED, "virtual", "spml")).isEqualTo(12);
    assertThat(value(Meters.PAGES_REPORTED, "virtual", "epml")).isEqualTo(8);
  }

  @Test
  void aSpaceThatClosedStaysInTheSum() {
    for (int i = 0; i < 3; i++) {
      AddressSpace space = fakes.space("virtual");
      meters.stopped(space, "epml", counts(1, 5));
      fakes.spaces.clear();
      meters.refresh();
    }
    assertThat(value(Meters.PAGES_REPORTED, "virtual", "epml")).isEqualTo(15);
  }

  @Test
  void aSampleThatALaterOneOvertookCountsNothing() {
    AddressSpace space = fakes.space("virtual");
    meters.stopped(space, "epml", counts(4, 20));
    meters.stopped(space, "epml", counts(3, 18));
    meters.stopped(space, "epml", counts(5, 21));
    assertThat(value(Meters.PAGES_REPORTED, "virtual", "epml")).isEqualTo(21);
  }

  @Test
  void theMachinesCountsAreExitsInterruptsAndOtherEvents() {
    AddressSpace space = fakes.space("virtual");
    fakes.machine.putAll(
        Map.of("VM_EXIT", 9L, "PML_FULL_EXIT", 4L, "vmcall.exit", 5L, "SELF_IPI", 2L, "M18", 3L));
    meters.stopped(space, "spml", counts(1, 1));
    assertThat(value(Meters.SIMULATED_EXITS, "virtual", "spml", "reason", "pml-full")).isEqualTo(4);
    assertThat(value(Meters.SIMULATED_EXITS, "virtual", "spml", "reason", "vmcall")).isEqualTo(5);
    assertThat(value(Meters.SIMULATED_INTERRUPTS, "virtual", "spml", "kind", "self-ipi"))
        .isEqualTo(2);
    assertThat(value(Meters.SIMULATED_EVENTS, "virtual", "spml", "event", "M18")).isEqualTo(3);
    assertThat(value(Meters.SIMULATED_COST, "virtual", "spml", "part", "tracker")).isEqualTo(3);
    assertThat(registry.find(Meters.SIMULATED_EXITS.meterName()).tag("reason", "vm").meters())
        .isEmpty();
  }

  @Test
  void theDocumentListsEveryMeterAndNoOther() throws IOException {
    everythingCountsSomething();
    List<String> documented = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("../../docs/metrics.md"))) {
      if (line.startsWith("| `")) {
        documented.add(line);
      }
    }
    assertThat(documented).containsExactlyElementsOf(registered());
  }

  @Test
  void noMeterMeasuresSimulatedTime() {
    everythingCountsSomething();
    assertThat(registry.getMeters())
        .allMatch(
            meter ->
                meter.getId().getType() == Meter.Type.COUNTER
                    || meter.getId().getName().equals(Meters.SPACES.meterName()));
  }

  /** The table's rows, from what the registry holds; only the order comes from the enumeration. */
  private List<String> registered() {
    List<String> rows = new ArrayList<>();
    for (Meters meter : Meters.values()) {
      Meter.Id id = registry.get(meter.meterName()).meters().iterator().next().getId();
      TreeSet<String> tags = new TreeSet<>();
      for (Tag tag : id.getTags()) {
        if (!tag.getKey().equals(Meters.SUBSTRATE) && !tag.getKey().equals(Meters.TECHNIQUE)) {
          tags.add("`" + tag.getKey() + "` ");
        }
      }
      rows.add(
          "| `%s` | %s | %s| %s |"
              .formatted(
                  id.getName(), id.getBaseUnit(), String.join("", tags), id.getDescription()));
    }
    assertThat(registry.getMeters().stream().map(meter -> meter.getId().getName()).distinct())
        .hasSize(Meters.values().length);
    return rows;
  }

  private void everythingCountsSomething() {
    AddressSpace space = fakes.space("virtual");
    fakes.machine.putAll(Map.of("PML_FULL_EXIT", 1L, "INTERRUPT", 1L, "M18", 1L));
    meters.written(space, 1);
    meters.stopped(
        space,
        "spml",
        new TrackingStatistics(
            1, 1, 1, 1, 1, 1, 1, TechniqueStatistics.of(Map.of("ring.entries", 1L))));
  }

  private double value(Meters meter, String substrate, String technique, String... tags) {
    return registry
        .get(meter.meterName())
        .tags(Meters.SUBSTRATE, substrate, Meters.TECHNIQUE, technique)
        .tags(tags)
        .functionCounter()
        .count();
  }

  private static TrackingStatistics counts(long fetches, long pages) {
    return new TrackingStatistics(fetches, pages, 0, 0, 0, 0, 0, TechniqueStatistics.none());
  }
}
