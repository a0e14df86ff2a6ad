package dev.ooh.machine.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CostProfileTest {
  private static final long MB = 1 << 20;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "M5, 1, 0.003",
    "M5, 1024, 33.58",
    "M6, 100, 347.1",
    "M15, 50, 0.174",
    "M16, 250, 161.973",
    "M17, 500, 4123",
    "M18, 10, 0.01",
    "W0, 1024, 240.4"
  })
  void perPagePricesAddUpToTheTablesTotals(String id, long megabytes, double totalMillis) {
    double each = CostProfile.sc22().microseconds(event(id), megabytes * MB);
    assertThat(each * (megabytes * MB / 4096) / 1000).isCloseTo(totalMillis, within(1e-9));
  }

  @Test
  void disablingLoggingCostsTheTotalOnce() {
    assertThat(CostProfile.sc22().microseconds(Event.HYPERCALL_DISABLE_LOGGING, 100 * MB))
        .isCloseTo(156, within(1e-9));
  }

  @Test
  void pricesAreInterpolatedOnLogarithmicAxesAndConstantBeyondTheTable() {
    CostProfile profile = CostProfile.sc22();
    double low = profile.microseconds(Event.REVERSE_MAPPING, 100 * MB);
    double high = profile.microseconds(Event.REVERSE_MAPPING, 250 * MB);
    double between = profile.microseconds(Event.REVERSE_MAPPING, (long) (Math.sqrt(25_000) * MB));
    assertThat(between).isCloseTo(Math.sqrt(low * high), within(1e-6));
    assertThat(profile.microseconds(Event.REVERSE_MAPPING, 4096))
        .isEqualTo(profile.microseconds(Event.REVERSE_MAPPING, MB));
    assertThat(profile.microseconds(Event.REVERSE_MAPPING, 9000 * MB))
        .isEqualTo(profile.microseconds(Event.REVERSE_MAPPING, 1024 * MB));
  }

  @Test
  void sharesOutSetupTrackerImpactAndWork() {
    EventCounters counters = new EventCounters();
    counters.count(Event.IOCTL_INIT_PML);
    counters.count(Event.HYPERCALL_INIT_PML_AND_SHADOWING);
    counters.count(Event.IOCTL_DEACTIVATE_PML);
    counters.count(Event.USER_TO_KERNEL_SWITCH, 1000);
    counters.count(Event.VMREAD, 100);
    counters.count(Event.HYPERCALL_DISABLE_LOGGING);
    counters.count(Event.CHECKPOINT_PAGE_WRITTEN, 10);
    counters.count(Event.PML_FULL_EXIT, 77);
    Costs costs = CostProfile.sc22().price(counters.counts(), 1024 * MB);
    assertThat(costs.setup()).isCloseTo(5.651 + 2.816, within(1e-9));
    assertThat(costs.impact()).isCloseTo(0.315 + 0.0936, within(1e-9));
    assertThat(costs.tracker()).isCloseTo(0.208, within(1e-9));
    assertThat(costs.work()).isCloseTo(0.019, within(1e-9));
  }

  @Test
  void zeroKeepsOnlyTheUntrackedPass() {
    CostProfile zero = CostProfile.zero();
    for (Event event : Event.values()) {
      double cost = zero.microseconds(event, 50 * MB);
      assertThat(cost)
          .as(event.id())
          .isEqualTo(
              event == Event.PAGE_WRITTEN ? CostProfile.sc22().microseconds(event, 50 * MB) : 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sc22", "kvm-dirty-ring"})
  void aProfileThatIsHerePricesAllThatItsExperimentsNeedAndNamesEverySource(String name) {
    CostProfile profile = CostProfile.named(name);
    assertThat(profile.name()).isEqualTo(name);
    assertThat(profile.sources())
        .containsKeys(
            Arrays.stream(Event.values())
                .filter(event -> event.id().matches("M([13-8]|1[3-8])|CP|W0"))
                .toArray(Event[]::new))
        .allSatisfy((event, source) -> assertThat(source).as(event.id()).isNotBlank());
    assertThat(profile.sources().values()).noneMatch(source -> source.endsWith(".csv"));
    for (Event event : Event.values()) {
      if (!profile.sources().containsKey(event)) {
        assertThat(profile.microseconds(event, 100 * MB)).as(event.id()).isZero();
      }
    }
  }

  @Test
  void whatKvmsRingTakesFromThePaperIsThePapers() {
    CostProfile ring = CostProfile.kvmDirtyRing();
    List<Event> own = new ArrayList<>();
    ring.sources()
        .forEach(
            (event, source) -> {
              if (!source.startsWith("as in sc22: ") && !source.startsWith("assumed")) {
                own.add(event);
                return;
              }
              for (long megabytes : List.of(1L, 100L, 1024L)) {
                assertThat(ring.microseconds(event, megabytes * MB))
                    .as(event.id())
                    .isEqualTo(CostProfile.sc22().microseconds(event, megabytes * MB));
              }
            });
    assertThat(own)
        .containsExactly(Event.REVERSE_MAPPING, Event.RING_BUFFER_COPY, Event.PML_FULL_EXIT);
    long pages = 262_144;
    assertThat(ring.microseconds(Event.RING_BUFFER_COPY, MB))
        .isCloseTo(1.374501209e6 / (96 * pages), within(1e-5));
    assertThat(ring.microseconds(Event.PML_FULL_EXIT, MB))
        .isCloseTo(0.127016504e6 / pages * 512, within(1e-3));
    assertThat(ring.microseconds(Event.REVERSE_MAPPING, MB)).isZero();
  }

  @Test
  void anExitOfAFullLogHoldsTheProgramUpWhereItHasAPrice() {
    EventCounters counters = new EventCounters();
    counters.count(Event.PML_FULL_EXIT, 2);
    Costs costs = CostProfile.kvmDirtyRing().price(counters.counts(), MB);
    assertThat(costs.impact()).isCloseTo(2 * 0.248079, within(1e-9));
    assertThat(costs.work() + costs.tracker() + costs.setup()).isZero();
  }

  @Test
  void readsAUsersFile() throws Exception {
    List<String> lines = complete();
    lines.replaceAll(line -> line.startsWith("M1,") ? "M1,x,2.5,all," : line);
    CostProfile profile = CostProfile.named(write(lines).toString());
    assertThat(profile.microseconds(Event.USER_TO_KERNEL_SWITCH, MB)).isEqualTo(2.5);
    assertThat(profile.microseconds(Event.POLL, MB)).isZero();
    assertThat(profile.sources())
        .containsEntry(Event.USER_TO_KERNEL_SWITCH, folder.resolve("costs.csv").toString())
        .containsEntry(Event.VMREAD, "OoH (SC'22) Table IVa")
        .doesNotContainKey(Event.POLL);
  }

  @Test
  void anApplicationsWorkCostsWhatTheFileSaysOfIt() throws Exception {
    List<String> lines = complete();
    lines.add("id,event,microseconds,techniques,source");
    lines.add("WORK_UNIT,work_unit,0.5,all,everybody's");
    lines.add("WORK_UNIT:baby,work_unit,0.25,all,measured");
    CostProfile profile = CostProfile.named(write(lines).toString());
    EventCounters counters = new EventCounters();
    counters.count(Event.WORK_UNIT, 4000);
    counters.count(Event.CHECKPOINT_PAGE_WRITTEN, 1);
    double page = profile.microseconds(Event.CHECKPOINT_PAGE_WRITTEN, MB) / 1000;
    assertThat(profile.price(counters.counts(), MB).work()).isCloseTo(2 + page, within(1e-9));
    CostProfile baby = profile.forApplication("baby");
    assertThat(baby.price(counters.counts(), MB).work()).isCloseTo(1 + page, within(1e-9));
    assertThat(baby.sources()).containsEntry(Event.WORK_UNIT, "measured");
    assertThat(profile.forApplication("gcbench")).isSameAs(profile);
    lines.add("WORK_UNIT:baby,work_unit,0.25,all,measured");
    assertThatThrownBy(() -> CostProfile.named(write(lines).toString()))
        .hasMessageContaining("WORK_UNIT:baby appears twice, wanted one row");
  }

  @Test
  void columnsForPeopleAreNotPrices() throws Exception {
    List<String> lines = complete();
    lines.replaceAll(
        line ->
            line.startsWith("#") || line.isBlank()
                ? line
                : line + (line.startsWith("id,") ? ",spread" : ",3 %"));
    CostProfile profile = CostProfile.named(write(lines).toString());
    for (Event event : List.of(Event.VMREAD, Event.PAGE_FAULT_IN_USERSPACE)) {
      assertThat(profile.microseconds(event, 100 * MB))
          .isEqualTo(CostProfile.sc22().microseconds(event, 100 * MB));
    }
  }

  @Test
  void theEndOfAFilesNameMayBeLeftOut() throws Exception {
    String file = write(complete()).toString();
    String name = file.substring(0, file.length() - ".csv".length());
    assertThat(CostProfile.named(name).name()).isEqualTo(file);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "M1, | M1,x,-3,all,s | M1 is '-3'",
        "M8, | M8,x,,epml,s | M8 is ''",
        "M7, | M7,x,NaN,epml,s | M7 is 'NaN'",
        "M6, | M6,x,uffd,1,2,3 | M6 has 6 columns, wanted 11",
        "M6, | M6,x,uffd,1,2,3,4,-5,6,7,s | M6 is '-5' in column 250MB",
        "M13, | # gone | M13 (hypercall_enable_logging) is missing, wanted a row with its cost, by which spml is priced",
        "M5, | # gone | M5 (page_fault_in_kernel) is missing, wanted a row with its cost, by which procfs and uffd is priced",
        "M1, | # gone | by which every technique is priced",
        "W0, | # gone | by which the untracked baseline is priced",
        "M13, | M99,x,1,all,s | id 'M99' is unknown",
        "M4, | M3,x,1,all,s | M3 appears twice",
        "M4, | WORK_UNIT:,x,1,all,s | WORK_UNIT: is no row of one, wanted an application's name",
        "M4, | WORK_UNIT:baby,x,-1,all,s | WORK_UNIT:baby is '-1'",
        "M6, | WORK_UNIT:a,x,all,1,2,3,4,5,6,7,s | WORK_UNIT:a is a row of costs by size, wanted",
      })
  void refusesABadFileInOneLine(String start, String instead, String message) throws Exception {
    List<String> lines = complete();
    lines.replaceAll(line -> line.startsWith(start) ? instead : line);
    Path file = write(lines);
    assertThatThrownBy(() -> CostProfile.named(file.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void refusesAMissingFile() {
    assertThatThrownBy(() -> CostProfile.named(folder.resolve("none.csv").toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("none.csv")
        .hasMessageContaining("wanted sc22, kvm-dirty-ring, zero or an existing file");
  }

  private static Event event(String id) {
    for (Event event : Event.values()) {
      if (event.id().equals(id)) {
        return event;
      }
    }
    throw new AssertionError(id);
  }

  private static List<String> complete() throws Exception {
    List<String> lines = new ArrayList<>();
    for (String name : List.of("sc22-fixed.csv", "sc22-by-size.csv")) {
      try (var in = CostProfile.class.getResourceAsStream(name)) {
        lines.addAll(new String(in.readAllBytes()).lines().toList());
      }
    }
    return lines;
  }

  private Path write(List<String> lines) throws Exception {
    return Files.write(folder.resolve("costs.csv"), lines);
  }
}
