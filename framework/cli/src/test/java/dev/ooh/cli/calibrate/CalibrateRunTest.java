package dev.ooh.cli.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ooh.cli.Tracking;
import dev.ooh.cli.toy.Invocation;
import dev.ooh.cli.toy.ToyControl;
import dev.ooh.cli.toy.ToySubstrate;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CalibrateRunTest {
  private static final List<Integer> SIZES = List.of(1, 10);

  @TempDir Path folder;

  @Test
  void aDifferenceIsOfMediansAndAsUncertainAsBoth() {
    Samples with = Samples.of(90_000, 100_000, 110_000, 120_000, 999_000);
    Samples without = Samples.of(10_000);
    Cost cost = Cost.fixed(ProfileEvent.M1, with, without, 100, "calls");
    assertThat(cost.microseconds()).containsExactly(1.0);
    assertThat(cost.spread()).containsExactly(0.2); // 100 to 120 µs, of 100 µs
    assertThat(cost.source()).isEqualTo("measured: calls; median of 5");
  }

  @Test
  void nothingCostsLessThanNothing() {
    Cost cost = Cost.fixed(ProfileEvent.M1, Samples.of(1), Samples.of(2), 1, "calls");
    assertThat(cost.microseconds()).containsExactly(0.0);
    assertThat(cost.spread()).containsExactly(1.0);
  }

  @Test
  void asynchronousFaultsAndSystemCallsAreNoPartOfAFaultInUserspace() {
    ArrayTimes times =
        new ArrayTimes(nanos(10), nanos(1_010), nanos(100), nanos(700), Optional.of(nanos(6_010)));
    List<Cost> costs = new ArrayCosts(List.of(1), List.of(times)).all(0.4);
    assertThat(cost(costs, ProfileEvent.M5)).isCloseTo(1, within(1e-9));
    assertThat(cost(costs, ProfileEvent.M6)).isCloseTo(4.6, within(1e-9));
    assertThat(cost(costs, ProfileEvent.M15)).isCloseTo(0.6, within(1e-9));
    assertThat(cost(costs, ProfileEvent.M16)).isCloseTo(0.1, within(1e-9));
    assertThat(cost(costs, ProfileEvent.W0)).isCloseTo(0.01, within(1e-9));
  }

  /** Of a pass over 1 MB, by page. */
  private static Samples nanos(double page) {
    return Samples.of(page * 256);
  }

  private static double cost(List<Cost> costs, ProfileEvent event) {
    return costs.stream()
        .filter(cost -> cost.event() == event)
        .findFirst()
        .orElseThrow()
        .microseconds()
        .getFirst();
  }

  @Test
  void aSimulatedMachineReadsTheProfileAsItWasMeant() throws Exception {
    List<Cost> costs = new ArrayList<>();
    for (ProfileEvent event : ProfileEvent.values()) {
      boolean fixed = event.kind() == ProfileEvent.Kind.FIXED;
      double one = event.ordinal() + 1.5;
      List<Double> each = fixed ? List.of(one) : List.of(one, 10 * one);
      costs.add(new Cost(event, each, event.ordinal() % 2 == 0 ? each : List.of(), "a test"));
    }
    Path file = folder.resolve("p.csv");
    ProfileFile.to(file).write(Map.of("kernel", "none"), SIZES, costs);
    SpaceOptions options = SpaceOptions.named("p").with("cost-profile", file.toString());
    try (AddressSpace space = new VirtualSubstrate().open(options)) {
      SimulatedCosts priced = space.facility(SimulatedCosts.class).orElseThrow();
      for (Cost cost : costs) {
        for (int i = 0; i < cost.microseconds().size(); i++) {
          priced.trackedBytes((long) SIZES.get(i) << 20);
          assertThat(
                  priced
                      .price(TechniqueStatistics.of(Map.of(cost.event().statistic(), 1000L)))
                      .total())
              .as(cost.event() + " at " + SIZES.get(i))
              .isCloseTo(cost.microseconds().get(i), within(1e-6));
        }
      }
    }
  }

  @Test
  void whatCantBeMeasuredIsThePapers() throws Exception {
    List<Cost> costs =
        PublishedCosts.of(
            new VirtualSubstrate(), Arrays.asList(ProfileEvent.values()), List.of(1, 100));
    assertThat(cost(costs, ProfileEvent.M7)).isCloseTo(0.936, within(1e-9));
    assertThat(cost(costs, ProfileEvent.M14)).isCloseTo(42, within(1e-9));
    assertThat(cost(costs, ProfileEvent.M17) * 256).isCloseTo(6183, within(1e-6));
    assertThat(cost(costs, ProfileEvent.CONTEXT_SWITCH)).isCloseTo(1.2, within(1e-9));
    assertThat(costs)
        .noneMatch(Cost::isMeasured)
        .allMatch(
            cost ->
                cost.source()
                    .startsWith(
                        cost.event().isPublished() ? "not measurable here" : "not measured"));
  }

  @Test
  void badInputIsOneLine() throws Exception {
    Path there = Files.createDirectory(folder.resolve("there"));
    assertRefused(1, "a directory; wanted a file", "--out", there.toString());
    assertRefused(1, "but there is no folder", "--out", folder.resolve("no/p.csv").toString());
    assertRefused(2, "--sizes has '0', wanted whole MB", "--sizes", "0");
    assertRefused(2, "--sizes has '5', wanted whole MB", "--sizes", "10,5");
    assertRefused(2, "--passes is 2, wanted 3 or more", "--passes", "2");
  }

  private void assertRefused(int status, String message, String... arguments) {
    Tracking tracking =
        Tracking.of(new ToyControl(false), List.of(ToySubstrate.VIRTUAL, ToySubstrate.LINUX));
    Invocation done = Invocation.of(new CalibrateRun(tracking), arguments);
    assertThat(done.status()).as(done.err()).isEqualTo(status);
    assertThat(done.err()).hasLineCount(1).contains(message);
    assertThat(done.out()).isEmpty();
  }
}
