package dev.ooh.metering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.collection.CollectionCycle;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.TrackingObserver.Phase;
import dev.ooh.tracking.TrackingStatistics;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TrackingMetersTest {
  private final Fakes fakes = new Fakes();
  private final TrackingMeters meters = new TrackingMeters();
  private final CollectionMeters heaps = new CollectionMeters();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @BeforeEach
  void bind() {
    meters.watch(fakes.control);
    meters.bindTo(registry);
    heaps.bindTo(registry);
  }

  @Test
  void eachCountIsAddedOnce() {
    AddressSpace space = fakes.space("linux");
    fakes.statistics.put(space, Map.of("uffd", counts(2, 10)));
    meters.refresh();
    meters.refresh();
    fakes.statistics.put(space, Map.of("uffd", counts(3, 14)));
    meters.refresh();
    assertThat(value(Meters.FETCHES, "linux", "uffd")).isEqualTo(3);
    assertThat(value(Meters.PAGES_REPORTED, "linux", "uffd")).isEqualTo(14);
  }

  @Test
  void countsGoToTheTechniqueThatDidTheWorkWhoeverIsActiveWhenTheyAreRead() {
    AddressSpace space = fakes.space("linux");
    fakes.active.put(space, "all-dirty");
    fakes.statistics.put(space, Map.of("procfs", counts(3, 12), "all-dirty", counts(1, 8)));
    meters.refresh();
    assertThat(value(Meters.PAGES_REPORTED, "linux", "procfs")).isEqualTo(12);
    assertThat(value(Meters.PAGES_REPORTED, "linux", "all-dirty")).isEqualTo(8);
    meters.written(space, Optional.of("procfs"), 5);
    assertThat(value(Meters.PAGES_WRITTEN, "linux", "procfs")).isEqualTo(5);
  }

  @Test
  void whatTheMachineCountsGoesToWhoWorksWhileItIsSampled() {
    AddressSpace space = fakes.space("virtual");
    fakes.machine.put("M18", 1L);
    meters.works(space, Optional.empty(), Map.of());
    meters.works(space, Optional.of("spml"), Map.of());
    fakes.machine.put("M18", 3L);
    // Its set-up is under way: nothing is active yet, and somebody reads.
    meters.refresh();
    assertThat(value(Meters.SIMULATED_EVENTS, "virtual", "none", "event", "M18")).isEqualTo(1);
    assertThat(value(Meters.SIMULATED_EVENTS, "virtual", "spml", "event", "M18")).isEqualTo(2);
    fakes.active.put(space, "spml");
    meters.works(space, Optional.of("epml"), Map.of("spml", counts(1, 1)));
    fakes.machine.put("M18", 7L);
    meters.refresh();
    assertThat(value(Meters.SIMULATED_EVENTS, "virtual", "spml", "event", "M18")).isEqualTo(2);
    assertThat(value(Meters.SIMULATED_EVENTS, "virtual", "epml", "event", "M18")).isEqualTo(4);
  }

  @Test
  void anObserverThatComesLateGivesWhatWasCountedToWhoWorks() {
    AddressSpace space = fakes.space("virtual");
    fakes.machine.put("M18", 4L);
    meters.works(space, Optional.of("epml"), Map.of("epml", counts(1, 1)));
    assertThat(value(Meters.SIMULATED_EVENTS, "virtual", "epml", "event", "M18")).isEqualTo(4);
  }

  @Test
  void aSpaceThatClosedStaysInTheSum() {
    for (int i = 0; i < 3; i++) {
      AddressSpace space = fakes.space("virtual");
      meters.works(space, Optional.empty(), Map.of("epml", counts(1, 5)));
      fakes.spaces.clear();
      meters.refresh();
    }
    assertThat(value(Meters.PAGES_REPORTED, "virtual", "epml")).isEqualTo(15);
  }

  @Test
  void aNewCoreCountsTheSameSpaceFromTheStart() {
    AddressSpace space = fakes.space("linux");
    meters.works(space, Optional.of("uffd"), Map.of());
    meters.works(space, Optional.empty(), Map.of("uffd", counts(4, 20)));
    meters.works(space, Optional.of("uffd"), Map.of());
    meters.works(space, Optional.empty(), Map.of("uffd", counts(1, 3)));
    assertThat(value(Meters.PAGES_REPORTED, "linux", "uffd")).isEqualTo(23);
  }

  @Test
  void aSampleThatALaterOneOvertookCountsNothing() {
    AddressSpace space = fakes.space("virtual");
    for (long pages : new long[] {20, 18, 21}) {
      // The number of fetches alone doesn't tell that the second is older.
      meters.works(space, Optional.of("epml"), Map.of("epml", counts(4, pages)));
    }
    assertThat(value(Meters.PAGES_REPORTED, "virtual", "epml")).isEqualTo(21);
  }

  @Test
  void durationsAreHistograms() {
    AddressSpace space = fakes.space("linux");
    meters.took(space, "uffd", Phase.FETCH, 2_000_000);
    meters.took(space, "uffd", Phase.REARM, 1_000_000);
    meters.took(space, "classic", Phase.PAUSE, 3_000_000);
    Timer fetch = registry.get(Meters.FETCH.meterName()).tag(Meters.TECHNIQUE, "uffd").timer();
    assertThat(fetch.count()).isEqualTo(1);
    assertThat(fetch.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(2);
    assertThat(fetch.takeSnapshot().histogramCounts()).isNotEmpty();
    assertThat(registry.get(Meters.REARM.meterName()).timer().count()).isEqualTo(1);
    assertThat(registry.get(Meters.PAUSE.meterName()).tag("technique", "classic").timer().count())
        .isEqualTo(1);
  }

  @Test
  void theMachinesCountsAreExitsInterruptsAndOtherEvents() {
    AddressSpace space = fakes.space("virtual");
    fakes.machine.putAll(
        Map.of("VM_EXIT", 9L, "PML_FULL_EXIT", 4L, "vmcall.exit", 5L, "SELF_IPI", 2L, "M18", 3L));
    meters.works(space, Optional.of("spml"), Map.of("spml", counts(1, 1)));
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
      if (line.startsWith("| `ooh.")) {
        documented.add(line);
      }
    }
    assertThat(documented).containsExactlyElementsOf(registered());
  }

  @Test
  void noMeterMeasuresSimulatedTime() {
    everythingCountsSomething();
    assertThat(registry.getMeters())
        .filteredOn(meter -> meter.getId().getName().startsWith("ooh.simulated."))
        .isNotEmpty()
        .allMatch(meter -> meter.getId().getType() == Meter.Type.COUNTER);
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
    // This registry keeps a histogram's buckets as gauges beside it.
    assertThat(
            registry.getMeters().stream()
                .map(meter -> meter.getId().getName())
                .filter(name -> !name.endsWith(".histogram"))
                .distinct())
        .hasSize(Meters.values().length);
    return rows;
  }

  private void everythingCountsSomething() {
    AddressSpace space = fakes.space("virtual");
    fakes.machine.putAll(Map.of("PML_FULL_EXIT", 1L, "INTERRUPT", 1L, "M18", 1L));
    meters.written(space, Optional.of("spml"), 1);
    meters.works(
        space,
        Optional.of("spml"),
        Map.of(
            "spml",
            new TrackingStatistics(
                1, 1, 1, 1, 1, 1, 1, TechniqueStatistics.of(Map.of("ring.entries", 1L)))));
    for (Phase phase : Phase.values()) {
      meters.took(fakes.space("linux"), "uffd", phase, 1);
    }
    heaps.collected(
        fakes.space("linux"),
        new CollectionCycle("concurrent", "Requested", "uffd", 1, Map.of("Mark", 1L), 1, 1, 1, 1));
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
