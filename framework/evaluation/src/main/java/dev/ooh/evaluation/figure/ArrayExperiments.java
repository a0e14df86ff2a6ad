package dev.ooh.evaluation.figure;

import dev.ooh.cli.plot.Chart;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** What the paper learns from the array micro-benchmark. */
final class ArrayExperiments {
  static final String FIXED_COST = "fixed_cost";

  private static final String COMMAND = "micro";
  private static final double MICROS_A_MILLI = 1000;
  private static final String ARRAY = "array";

  /** The passes that {@code ooh micro} measures unless told otherwise. */
  static final int PASSES = 3;

  private static final String CIRCULAR =
      "That uffd agrees is circular: the untracked pass, which is input, was derived from its"
          + " published slowdown. The other three are the check.";

  private static final String LARGEST = Plan.SIZES.getLast();

  /** Events whose price is a total for one pass over the array (Table IVb). */
  private static final List<String> BY_SIZE =
      List.of("M5", "M6", "M14", "M15", "M16", "M17", "M18");

  /** Events whose price is the same for each array (Table IVa), and for each page written. */
  private static final List<String> FIXED =
      List.of("M1", "M3", "M4", "M7", "M8", "M9", "M10", "M11", "M12", "M13", "CP");

  /** All events that the paper prices, and those that come with a technique. */
  private static final List<String> EVENTS =
      List.of(
          "M1",
          "M3",
          "M4",
          "M5",
          "M6",
          "M7",
          "M8",
          "M9",
          "M10",
          "M11",
          "M12",
          "M13",
          "M14",
          "M15",
          "M16",
          "M17",
          "M18",
          "pml.full.exit",
          "self.ipi");

  private static final List<String> PARTS_OF_SPML = List.of("M14", "M17", "M18");

  private ArrayExperiments() {}

  static List<Experiment> all(Published published) {
    return List.of(
        new Experiment(
            "table1",
            "Overhead on Tracked and Tracker, array of 1 GB",
            "The micro-benchmark at its largest size. Slowdowns are against the untracked pass (W0)"
                + " of the same size. Without set-up, as published. "
                + CIRCULAR,
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
                + " untracked pass, over the untracked pass. "
                + CIRCULAR,
            Plan.array(),
            ArrayExperiments::figure4),
        CostFormulas.experiment(published),
        new Experiment(
            "table4",
            "Cost of internal events by size, for one pass",
            "A check of the model and no result: prices are the paper's (input), counts are the"
                + " machine's. Both agree when each event happens as often as the paper's table"
                + " assumes. W0 is the pass that nobody tracks; it was derived from userfaultfd's"
                + " published slowdown, so it agrees by itself. fixed_cost_input is Table IVa,"
                + " which does not depend on size, and fixed_cost what one occurrence came to at the"
                + " largest size. M9 to M12 are hypercalls inside"
                + " M3 and M4: they are counted (table5), and nothing uses their costs. CP, a page"
                + " of a checkpoint written, is used in figure7. setup_time is M3 and M4, each as"
                + " often as it happened: once.",
            Plan.array(),
            figures -> table4(figures, published)),
        new Experiment(
            "table5",
            "Which events occur under which technique",
            "Derived from the counts of the largest array: how often, over set-up and "
                + PASSES
                + " passes. The last two come with a technique and have no published price: exits"
                + " because a log of the processor's was full, and interrupts that EPML's processor"
                + " sends itself. No published value is held to set beside.",
            Plan.array(),
            ArrayExperiments::table5));
  }

  static OptionalDouble measured(Figures figures, String technique, String size, String metric) {
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

  private static Sheet table4(Figures figures, Published published) {
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
    for (String size : Plan.SIZES) {
      OptionalDouble plain =
          perPass(measured(figures, Plan.TECHNIQUES.getFirst(), size, "time.W0"));
      sheet.add(Plan.UNTRACKED, ARRAY, size, "W0", plain, "sim_ms");
    }
    for (String event : FIXED) {
      OptionalDouble input = published.value("table4", "input", "event", event, FIXED_COST);
      sheet.add("input", "event", event, FIXED_COST + "_input", input, "us");
    }
    for (String event : FIXED) {
      for (String technique : Plan.TECHNIQUES) {
        sheet.add(technique, "event", event, FIXED_COST, once(figures, technique, event), "sim_us");
      }
    }
    for (String technique : Plan.TECHNIQUES) {
      sheet.copy(figures, COMMAND, technique, ARRAY, LARGEST, "setup_time", "sim_ms");
    }
    return sheet;
  }

  /** Simulated µs of one occurrence; empty for one that is part of another's cost. */
  private static OptionalDouble once(Figures figures, String technique, String event) {
    OptionalDouble count = measured(figures, technique, LARGEST, "event." + event);
    OptionalDouble time = measured(figures, technique, LARGEST, "time." + event);
    return count.orElse(0) > 0 && time.orElse(0) > 0
        ? OptionalDouble.of(MICROS_A_MILLI * time.getAsDouble() / count.getAsDouble())
        : OptionalDouble.empty();
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

  static OptionalDouble perPass(OptionalDouble whole) {
    return whole.isPresent()
        ? OptionalDouble.of(whole.getAsDouble() / PASSES)
        : OptionalDouble.empty();
  }
}
