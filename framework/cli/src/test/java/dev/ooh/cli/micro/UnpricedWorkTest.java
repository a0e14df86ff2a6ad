package dev.ooh.cli.micro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.cli.Tracking;
import dev.ooh.cli.UnpricedWork;
import dev.ooh.cli.toy.Invocation;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A technique that reads every page costs no simulated time: the table says so. */
class UnpricedWorkTest {
  private static final List<String> PRICES =
      List.of(
          "M1", "M3", "M4", "M5", "M6", "M7", "M8", "M13", "M14", "M15", "M16", "M17", "M18", "CP",
          "W0");

  @TempDir Path folder;

  private static Invocation micro(String... arguments) {
    TrackingCore core = TrackingCore.create(List.of(new ChecksumTechnique()));
    Tracking tracking = Tracking.of(core, List.of(new VirtualSubstrate()));
    return Invocation.of(new MicroRun(tracking), arguments);
  }

  @Test
  void aTechniqueThatReadsEveryPageIsFlagged() throws Exception {
    Path csv = folder.resolve("m.csv");
    Invocation done =
        micro("--sizes", "1", "--dirty", "10,100", "--technique", "checksum", "--csv", "" + csv);
    assertThat(done.status()).as(done.err()).isZero();
    // 256 pages are read in each of three passes.
    assertThat(done.out())
        .contains("1.000x")
        .contains(
            "unpriced: checksum, 1 MB: its 768 accesses to the tracked memory have no price, so"
                + " its cost is too low");
    assertThat(Files.readAllLines(csv))
        .contains(
            "micro,virtual,checksum,array,1/10,unpriced_accesses,768,count",
            "micro,virtual,checksum,array,1/100,unpriced_accesses,768,count");
  }

  @Test
  void whatFindsNothingOutIsNotFlagged() {
    Invocation done = micro("--sizes", "1", "--technique", "none,all-dirty");
    assertThat(done.status()).as(done.err()).isZero();
    assertThat(done.out()).contains("all-dirty").doesNotContain("unpriced");
  }

  @Test
  void knowledgeThatNothingPricedExplainsIsFlagged() {
    TechniqueStatistics free = TechniqueStatistics.of(Map.of("tlb.miss", 5L));
    assertThat(unpriced(free, "oracle", 3))
        .singleElement()
        .extracting(UnpricedWork::note)
        .isEqualTo(
            "unpriced: oracle, array: nothing that it did has a price, so its cost is too low");
    TechniqueStatistics priced = TechniqueStatistics.of(Map.of("M18", 1L));
    assertThat(unpriced(priced, "epml", 3)).isEmpty();
    assertThat(unpriced(free, "epml", 0)).isEmpty();
  }

  @Test
  void aProfileMayPriceAccesses() throws Exception {
    Path profile = folder.resolve("profile.csv");
    List<String> lines = new ArrayList<>(List.of("id,event,microseconds,techniques"));
    for (String id : PRICES) {
      lines.add(id + ",,1,all");
    }
    lines.add("TRACKER_ACCESS,tracker_access,2,checksum");
    Files.write(profile, lines);
    Invocation done =
        micro("--sizes", "1", "--technique", "checksum", "--cost-profile", "" + profile);
    assertThat(done.status()).as(done.err()).isZero();
    // An untracked write costs 1 us, and reading its page 2.
    assertThat(done.out()).contains("3.000x").doesNotContain("unpriced");
  }

  private static List<UnpricedWork> unpriced(
      TechniqueStatistics counted, String technique, long written) {
    try (AddressSpace space = new VirtualSubstrate().open(SpaceOptions.named("prices"))) {
      SimulatedCosts costs = space.facility(SimulatedCosts.class).orElseThrow();
      return UnpricedWork.in(costs, counted, technique, "array", written);
    }
  }
}
