package dev.ooh.evaluation.figure;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The paper's cost formulas (its Table III) against the simulated whole. */
final class CostFormulas {
  private static final String NAME = "table3";
  private static final String ARRAY = "array";
  private static final double MICROS_A_MILLI = 1000;

  /** By technique, what its tracker does in a pass, by the rules of this project's machine. */
  static final Map<String, List<String>> TRACKER =
      Map.of(
          "procfs", List.of("M15", "M16"),
          "spml", List.of("M14", "M17", "M18"),
          "epml", List.of("M15", "M18"));

  /**
   * As the paper has it. EPML's has no re-arming in it (M15 here), userfaultfd's three calls
   * (register, protect, unprotect) are in no table of its.
   */
  private static final Map<String, List<String>> PAPERS_TRACKER =
      Map.of(
          "procfs", List.of("M15", "M16"),
          "uffd", List.of(),
          "spml", List.of("M14", "M17", "M18"),
          "epml", List.of("M18"));

  /** What holds the tracked program up once a page; each priced by size. */
  private static final Map<String, List<String>> IMPACT =
      Map.of("procfs", List.of("M5"), "uffd", List.of("M5", "M6"));

  /**
   * What does so N times, N being how often the tracked program left the processor or came to it.
   */
  private static final Map<String, List<String>> IMPACT_BY_SWITCH =
      Map.of("spml", List.of("M13"), "epml", List.of("M7", "M8"));

  private final Figures figures;
  private final Published published;
  private final Sheet sheet = new Sheet(NAME);

  private CostFormulas(Figures figures, Published published) {
    this.figures = figures;
    this.published = published;
  }

  static Experiment experiment(Published published) {
    return new Experiment(
        NAME,
        "The paper's formulas against the simulated whole",
        "For one pass, the sum of the published costs that a formula names, beside what the"
            + " machine's counted events came to. A difference is an event that the formula leaves"
            + " out, or one that happened more or less often than the formula says. Tracker:"
            + " E(/proc) is M15 + M16; E(ufd) names three calls that Table IV has no cost of, so it"
            + " is 0 on both sides, and all is impact; E(SPML) is M14 + M17 + M18; E(EPML) is M18."
            + " tracker_formula_own is the same by this machine's rules, where EPML's re-arming"
            + " clears dirty flags, which is priced as M15: a rule of this project's, not of the"
            + " paper's. Impact: I(/proc) is M5, I(ufd) M5 + M6, both without switches of context,"
            + " which have no published cost; I(SPML) is N·M13, and VM exits, which have none"
            + " either; I(EPML) is N·(M7 + M8). N is in no table: it is the machine's count, so what"
            + " is left to compare there is what else happened. The whole is the tracked program's:"
            + " W0 + E + I, E by the paper. Set-up (M3, M4) is in none.",
        Plan.array(),
        figures -> new CostFormulas(figures, published).sheet());
  }

  private Sheet sheet() {
    for (String technique : Plan.TECHNIQUES) {
      for (String size : Plan.SIZES) {
        compare(technique, size);
      }
    }
    return sheet;
  }

  private void compare(String technique, String size) {
    OptionalDouble tracker = perPass(technique, size, "tracker_time");
    OptionalDouble plain = perPass(technique, size, "time.W0");
    OptionalDouble slowdown =
        ArrayExperiments.measured(figures, technique, size, "tracked_slowdown");
    if (tracker.isEmpty() || plain.isEmpty() || slowdown.isEmpty()) {
      return;
    }
    double papers = bySize(PAPERS_TRACKER.getOrDefault(technique, List.of()), size);
    add(technique, size, "tracker_formula", papers, "ms");
    List<String> own = TRACKER.getOrDefault(technique, List.of());
    if (!own.equals(PAPERS_TRACKER.get(technique)) && !own.isEmpty()) {
      add(technique, size, "tracker_formula_own", bySize(own, size), "ms");
    }
    add(technique, size, "tracker_simulated", tracker.getAsDouble(), "sim_ms");
    double impact =
        bySize(IMPACT.getOrDefault(technique, List.of()), size) + bySwitch(technique, size);
    double tracked = slowdown.getAsDouble() * plain.getAsDouble();
    add(technique, size, "impact_formula", impact, "ms");
    add(
        technique,
        size,
        "impact_simulated",
        tracked - plain.getAsDouble() - tracker.getAsDouble(),
        "sim_ms");
    double untracked =
        published.value("table4", Plan.UNTRACKED, ARRAY, size, "W0").orElse(Double.NaN);
    add(technique, size, "whole_formula", untracked + papers + impact, "ms");
    add(technique, size, "whole_simulated", tracked, "sim_ms");
  }

  private void add(String technique, String size, String metric, double value, String unit) {
    sheet.add(technique, ARRAY, size, metric, OptionalDouble.of(value), unit);
  }

  private OptionalDouble perPass(String technique, String size, String metric) {
    return ArrayExperiments.perPass(ArrayExperiments.measured(figures, technique, size, metric));
  }

  private double bySize(List<String> events, String size) {
    return events.stream()
        .mapToDouble(event -> published.value("table4", "*", ARRAY, size, event).orElse(Double.NaN))
        .sum();
  }

  private double bySwitch(String technique, String size) {
    double millis = 0;
    for (String event : IMPACT_BY_SWITCH.getOrDefault(technique, List.of())) {
      double times = perPass(technique, size, "event." + event).orElse(0);
      double micros =
          published
              .value("table4", "*", "event", event, ArrayExperiments.FIXED_COST)
              .orElse(Double.NaN);
      millis += times * micros / MICROS_A_MILLI;
    }
    return millis;
  }
}
