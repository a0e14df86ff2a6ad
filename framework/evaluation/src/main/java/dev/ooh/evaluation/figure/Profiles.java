package dev.ooh.evaluation.figure;

import dev.ooh.cli.plot.Chart;
import dev.ooh.evaluation.run.Measurement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The same counts at the prices of other published systems. */
final class Profiles {
  private static final String NAME = "profiles";
  private static final String ARRAY = "array";
  private static final String RING = "kvm-dirty-ring";

  /** Whom the ring's figures speak of. */
  private static final String RINGS_TECHNIQUE = "spml";

  /** What it is set beside, at the paper's prices. */
  private static final List<String> BESIDE = List.of("spml", "epml");

  private Profiles() {}

  static Experiment experiment() {
    Measurement ring = Plan.array(RINGS_TECHNIQUE, RING);
    List<Measurement> runs = new ArrayList<>(Plan.array());
    runs.add(ring);
    return new Experiment(
        NAME,
        "SPML's log as a hypervisor's own tracker takes it",
        "The micro-benchmark once more, at the prices of the profile kvm-dirty-ring: the processor's"
            + " log of guest-physical pages, handed to a VMM by KVM and re-armed by it, instead of"
            + " to a process of the guest, which has to find out its own addresses (M17). Counts"
            + " are output, and the same under every profile; prices are input, each with its"
            + " source at the head of this report. Of KVM two are published, neither measured with"
            + " the ring: re-arming a page, and an upper bound for a full log, from a machine of 96"
            + " vCPUs; reading an entry has no price. So this is an estimate from above of what the"
            + " tracked program pays, and from below of what the tracker does. A column"
            + " “TECHNIQUE@PROFILE” is a technique at another profile's prices.",
        runs,
        figures -> sheet(figures, ring));
  }

  private static Sheet sheet(Figures figures, Measurement ring) {
    Sheet sheet = new Sheet(NAME);
    Map<String, double[]> series = new LinkedHashMap<>();
    for (String technique : BESIDE) {
      add(figures, "micro", technique, technique, sheet, series);
    }
    add(figures, ring.command(), RINGS_TECHNIQUE, RINGS_TECHNIQUE + "@" + RING, sheet, series);
    sheet.chart(
        new Chart(
            "Slowdown of the tracked program, by whose tracker it is",
            "array, MB",
            "slowdown, x",
            false,
            true,
            Plan.SIZES,
            series));
    return sheet;
  }

  private static void add(
      Figures figures,
      String command,
      String technique,
      String column,
      Sheet sheet,
      Map<String, double[]> series) {
    double[] slowdowns = new double[Plan.SIZES.size()];
    Arrays.fill(slowdowns, Double.NaN);
    for (int size = 0; size < slowdowns.length; size++) {
      String megabytes = Plan.SIZES.get(size);
      Optional<PassCost> pass = PassCost.of(figures, command, technique, megabytes);
      if (pass.isPresent()) {
        PassCost cost = pass.get();
        slowdowns[size] = cost.tracked() / cost.untracked();
        sheet.add(
            column, ARRAY, megabytes, "tracked_slowdown", OptionalDouble.of(slowdowns[size]), "x");
        sheet.add(
            column, ARRAY, megabytes, "tracker_time", OptionalDouble.of(cost.tracker()), "sim_ms");
      }
    }
    if (Sheet.hasAny(slowdowns)) {
      series.put(column, slowdowns);
    }
  }
}
