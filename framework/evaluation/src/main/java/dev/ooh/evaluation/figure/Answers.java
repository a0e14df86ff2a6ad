package dev.ooh.evaluation.figure;

import dev.ooh.evaluation.run.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The paper's headlines, from the report's own figures, each where it is largest. */
final class Answers {
  private static final String NAME = "answers";
  private final Plan plan;
  private final Sheet sheet = new Sheet(NAME);

  private Answers(Plan plan) {
    this.plan = plan;
  }

  static Experiment experiment(Plan plan) {
    List<Measurement> runs = new ArrayList<>();
    runs.addAll(Plan.array());
    runs.addAll(plan.collector());
    runs.addAll(plan.checkpointer());
    return new Experiment(
        NAME,
        "The paper's headlines",
        "Each is the largest ratio over all applications and configurations of this report, which"
            + " the row names; the paper's are “by as much as”. All ratios follow: where an"
            + " application changes hardly a page, there is hardly anything but the technique to"
            + " pay for, and ratios are large and of little weight.",
        runs,
        figures -> new Answers(plan).answer(figures));
  }

  private Sheet answer(Figures figures) {
    for (String other : List.of("spml", "procfs")) {
      largest(
          "criu_speedup_over_" + other,
          plan.checkpointed(),
          (application, configuration) ->
              ratio(
                  figures.mean("checkpoint", other, application, configuration, "complete_time"),
                  figures.mean("checkpoint", "epml", application, configuration, "complete_time")));
    }
    for (String other : List.of("spml", "procfs")) {
      largest(
          "boehm_speedup_over_" + other,
          Plan.collected(),
          (application, configuration) ->
              ratio(
                  cycles(figures, other, application, configuration),
                  cycles(figures, "epml", application, configuration)));
    }
    OptionalDouble best = OptionalDouble.empty();
    String where = "";
    for (String size : Plan.SIZES) {
      OptionalDouble shrinkage =
          ratio(overhead(figures, "procfs", size), overhead(figures, "epml", size));
      if (shrinkage.orElse(0) > best.orElse(0)) {
        best = shrinkage;
        where = size;
      }
    }
    sheet.add("epml", "array", where, "overhead_shrinkage_on_tracked", best, "x");
    return sheet;
  }

  private interface Ratio {
    OptionalDouble of(String application, String configuration);
  }

  private void largest(String metric, List<String> applications, Ratio ratio) {
    OptionalDouble best = OptionalDouble.empty();
    String[] where = {"", ""};
    for (String application : applications) {
      for (String configuration : plan.configurations()) {
        OptionalDouble found = ratio.of(application, configuration);
        sheet.add("epml", application, configuration, metric + ".each", found, "x");
        if (found.orElse(0) > best.orElse(0)) {
          best = found;
          where = new String[] {application, configuration};
        }
      }
    }
    sheet.add("epml", where[0], where[1], metric, best, "x");
  }

  private static OptionalDouble cycles(
      Figures figures, String technique, String application, String configuration) {
    OptionalDouble first =
        figures.mean("gc", technique, application, configuration, "gc_time_first_cycle");
    OptionalDouble others =
        figures.mean("gc", technique, application, configuration, "gc_time_other_cycles");
    return first.isPresent() && others.isPresent()
        ? OptionalDouble.of(first.getAsDouble() + others.getAsDouble())
        : OptionalDouble.empty();
  }

  /** What holds the tracked program up, its tracker's time included, of an untracked pass. */
  private static OptionalDouble overhead(Figures figures, String technique, String size) {
    OptionalDouble slowdown = figures.mean("micro", technique, "array", size, "tracked_slowdown");
    return slowdown.isPresent()
        ? OptionalDouble.of(slowdown.getAsDouble() - 1)
        : OptionalDouble.empty();
  }

  private static OptionalDouble ratio(OptionalDouble above, OptionalDouble below) {
    return above.isPresent() && below.isPresent() && below.getAsDouble() > 0
        ? OptionalDouble.of(above.getAsDouble() / below.getAsDouble())
        : OptionalDouble.empty();
  }
}
