package dev.ooh.evaluation.figure;

import dev.ooh.cli.plot.Chart;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** What the paper learns from the array micro-benchmark. */
final class ArrayExperiments {
  private static final String COMMAND = "micro";
  private static final String ARRAY = "array";

  /** The passes that {@code ooh micro} measures unless told otherwise. */
  static final int PASSES = 3;

  private static final String LARGEST = Plan.SIZES.getLast();

  /** Events whose price is a total for one pass over the array (Table IVb). */
  private static final List<String> BY_SIZE =
      List.of("M5", "M6", "M14", "M15", "M16", "M17", "M18");

  /** All events that the paper prices, and those that come with a technique. */
  private static final List<String> EVENTS =
      List.of(
          "M1", "M3", "M4", "M5", "M6", "M7", "M8", "M9", "M10", "M11", "M12", "M13", "M14", "M15",
          "M16", "M17", "M18");

  private static final List<String> PARTS_OF_SPML = List.of("M14", "M17", "M18");

  /** By technique, what its tracker does in a pass (section on cost formulas). */
  static final Map<String, List<String>> TRACKER_FORMULA =
      Map.of(
          "procfs", List.of("M15", "M16"),
          "spml", List.of("M14", "M17", "M18"),
          "epml", List.of("M15", "M18"));

  /** By technique, what holds the tracked program up in a pass, without switches of context. */
  private static final Map<String, List<String>> IMPACT_FORMULA =
      Map.of("procfs", List.of("M5"), "uffd", List.of("M5", "M6"));

  private ArrayExperiments() {}

  static List<Experiment> all(Published published) {
    return List.of(
        new Experiment(
            "table1",
            "Overhead on Tracked and Tracker, array of 1 GB",
            "The micro-benchmark at its largest size. Slowdowns are against the untracked pass (W0)"
                + " of the same size. Without set-up, as published.",
            Plan.array(),
            ArrayExperiments::table1),
        new Experiment(
            "figure3",
            "Parts of SPML's collection",
            "Simulated time of the events that SPML's tracker causes, for one pass: hypercalls that"
                + " end logging (M14), resolving addresses (M17), copying the ring (M18). What grows"
                + " faster than the array is the paper's price of M17, which is input.",
            Plan.array(),
            ArrayExperiments::figure3),
        new Experiment(
            "figure4",
            "Slowdown of the tracked program by array size",
            "One 8-byte store to each page, pass after pass; counted events times prices, plus the"
                + " untracked pass, over the untracked pass.",
            Plan.array(),
            ArrayExperiments::figure4),
        new Experiment(
            "table3",
            "The paper's formulas against the simulated whole",
            "Left the sum of the published totals of Table IVb that the formula names, for one pass;"
                + " right what the machine's counted events came to. A difference is an event that"
                + " the formula leaves out, or one that happened more or less often than once a"
                + " page.",
            Plan.array(),
            figures -> table3(figures, published)),
        new Experiment(
            "table4",
            "Cost of internal events by size, for one pass",
            "A check of the model and no result: prices are the paper's (input), counts are the"
                + " machine's. Both agree when each event happens as often as the paper's table"
                + " assumes.",
            Plan.array(),
            ArrayExperiments::table4),
        new Experiment(
            "table5",
            "Which events occur under which technique",
            "Derived from the counts of the largest array: how often, over set-up and "
                + PASSES
                + " passes.",
            Plan.array(),
            ArrayExperiments::table5));
  }

  private static OptionalDouble measured(
      Figures figures, String technique, String size, String metric) {
    return figures.mean(COMMAND, technique, ARRAY, size, metric);
  }

  private static Sheet table1(Figures figures) {
    Sheet sheet = new Sheet("table1");
    for (String technique : Plan.TECHNIQUES) {
      sheet.copy(figures, COMMAND, technique, ARRAY, LARGEST, "tracked_slowdown", "x");
      OptionalDouble tracker = measured(figures, technique, LARGEST, "tracker_time");
      OptionalDouble plain = measured(figures, technique, LARGEST, "time.W0");
      if (tracker.isPresent() && plain.isPresent()) {
        sheet.add(
            technique,
            ARRAY,
            LARGEST,
            "tracker_slowdown",
            OptionalDouble.of(1 + tracker.getAsDouble() / plain.getAsDouble()),
            "x");
      }
    }
    return sheet;
  }

  private static Sheet figure3(Figures figures) {
    Sheet sheet = new Sheet("figure3");
    Map<String, double[]> series = new LinkedHashMap<>();
    for (String part : PARTS_OF_SPML) {
      double[] values = new double[Plan.SIZES.size()];
      for (int i = 0; i < values.length; i++) {
        OptionalDouble time = perPass(measured(figures, "spml", Plan.SIZES.get(i), "time." + part));
        sheet.add("spml", ARRAY, Plan.SIZES.get(i), part, time, "sim_ms");
        values[i] = time.orElse(Double.NaN);
      }
      series.put(part, values);
    }
    sheet.chart(
        new Chart(
            "Figure 3: parts of SPML's collection",
            "array, MB",
            "sim_ms a pass",
            false,
            true,
            Plan.SIZES,
            series));
    return sheet;
  }

  private static Sheet figure4(Figures figures) {
    Sheet sheet = new Sheet("figure4");
    for (String technique : Plan.TECHNIQUES) {
      for (String size : Plan.SIZES) {
        sheet.copy(figures, COMMAND, technique, ARRAY, size, "tracked_slowdown", "x");
      }
    }
    sheet.linesBySize(
        "Figure 4: slowdown of the tracked program", "slowdown, x", "tracked_slowdown", true);
    return sheet;
  }

  private static Sheet table3(Figures figures, Published published) {
    Sheet sheet = new Sheet("table3");
    for (String technique : Plan.TECHNIQUES) {
      for (String size : Plan.SIZES) {
        OptionalDouble tracker = perPass(measured(figures, technique, size, "tracker_time"));
        List<String> formula = TRACKER_FORMULA.get(technique);
        if (formula != null) {
          sheet.add(technique, ARRAY, size, "tracker_formula", sum(published, formula, size), "ms");
          sheet.add(technique, ARRAY, size, "tracker_simulated", tracker, "sim_ms");
        }
        List<String> impact = IMPACT_FORMULA.get(technique);
        if (impact != null && tracker.isPresent()) {
          sheet.add(technique, ARRAY, size, "impact_formula", sum(published, impact, size), "ms");
          sheet.add(
              technique,
              ARRAY,
              size,
              "impact_simulated",
              impact(figures, technique, size, tracker.getAsDouble()),
              "sim_ms");
        }
      }
    }
    return sheet;
  }

  /** What tracking costs in a pass beside the tracker. */
  private static OptionalDouble impact(
      Figures figures, String technique, String size, double tracker) {
    OptionalDouble slowdown = measured(figures, technique, size, "tracked_slowdown");
    OptionalDouble plain = perPass(measured(figures, technique, size, "time.W0"));
    return slowdown.isPresent() && plain.isPresent()
        ? OptionalDouble.of((slowdown.getAsDouble() - 1) * plain.getAsDouble() - tracker)
        : OptionalDouble.empty();
  }

  private static OptionalDouble sum(Published published, List<String> events, String size) {
    return OptionalDouble.of(
        events.stream()
            .mapToDouble(
                event -> published.value("table4", "*", ARRAY, size, event).orElse(Double.NaN))
            .sum());
  }

  private static Sheet table4(Figures figures) {
    Sheet sheet = new Sheet("table4");
    for (String event : BY_SIZE) {
      for (String technique : Plan.TECHNIQUES) {
        for (String size : Plan.SIZES) {
          sheet.add(
              technique,
              ARRAY,
              size,
              event,
              perPass(measured(figures, technique, size, "time." + event)),
              "sim_ms");
        }
      }
    }
    return sheet;
  }

  private static Sheet table5(Figures figures) {
    Sheet sheet = new Sheet("table5");
    for (String event : EVENTS) {
      for (String technique : Plan.TECHNIQUES) {
        sheet.add(
            technique,
            ARRAY,
            LARGEST,
            event,
            measured(figures, technique, LARGEST, "event." + event),
            "count");
      }
    }
    return sheet;
  }

  private static OptionalDouble perPass(OptionalDouble whole) {
    return whole.isPresent()
        ? OptionalDouble.of(whole.getAsDouble() / PASSES)
        : OptionalDouble.empty();
  }
}
