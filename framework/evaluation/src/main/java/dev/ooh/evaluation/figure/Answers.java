package dev.ooh.evaluation.figure;

import dev.ooh.evaluation.run.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The paper's headlines, from the report's own figures, each where it is largest. */
final class Answers {
  private static final String NAME = "answers";
  private static final String EPML = "epml";
  private static final List<String> OTHERS = List.of("spml", "procfs");

  /** All that a collector's cycles take, that of the first interval, which is all, included. */
  private static final List<String> ALL_CYCLES =
      List.of("gc_time_initial_cycle", "gc_time_first_cycle", "gc_time_other_cycles");

  private final Plan plan;
  private final Figures figures;
  private final Sheet sheet = new Sheet(NAME);

  private Answers(Plan plan, Figures figures) {
    this.plan = plan;
    this.figures = figures;
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
            + " pay for, and ratios are large and of little weight. A speed-up of CRIU is that of"
            + " the final dump's complete time, one of Boehm that of all cycles whose interval a"
            + " technique gathered. overhead_shrinkage is the overhead under the other technique"
            + " over that under EPML, on the array, under the checkpointer, and under the collector."
            + " Overhead is total time less that of the application by itself: on the array the"
            + " untracked pass; for the checkpointer the run without dumps; for the collector the"
            + " run that tracks nothing, less its cycles."
            + plan.seedsTold(),
        runs,
        figures -> new Answers(plan, figures).sheet());
  }

  private Sheet sheet() {
    for (String other : OTHERS) {
      largest(
          "criu_speedup_over_" + other,
          plan.checkpointed(),
          plan.configurations(),
          (application, configuration) ->
              checkpoint(other, application, configuration, "complete_time")
                  .over(checkpoint(EPML, application, configuration, "complete_time")));
    }
    for (String other : OTHERS) {
      largest(
          "boehm_speedup_over_" + other,
          Plan.collected(),
          plan.configurations(),
          (application, configuration) ->
              cycles(other, application, configuration)
                  .over(cycles(EPML, application, configuration)));
    }
    leftOutOfBoehm();
    for (String other : OTHERS) {
      shrinkage("array", other, List.of("array"), Plan.SIZES, this::onArray);
      shrinkage("criu", other, plan.checkpointed(), plan.configurations(), this::underCheckpointer);
      shrinkage("boehm", other, Plan.collected(), plan.configurations(), this::underCollector);
    }
    return sheet;
  }

  private interface Ratio {
    Sample of(String application, String configuration);
  }

  private interface Overhead {
    Sample of(String technique, String application, String configuration);
  }

  private void shrinkage(
      String where,
      String other,
      List<String> applications,
      List<String> configurations,
      Overhead overhead) {
    largest(
        "overhead_shrinkage_%s_over_%s".formatted(where, other),
        applications,
        configurations,
        (application, configuration) ->
            overhead
                .of(other, application, configuration)
                .over(overhead.of(EPML, application, configuration)));
  }

  private void largest(
      String metric, List<String> applications, List<String> configurations, Ratio ratio) {
    Sample best = Sample.NONE;
    String[] where = {"", ""};
    for (String application : applications) {
      for (String configuration : configurations) {
        Sample found = ratio.of(application, configuration);
        sheet.add(EPML, application, configuration, metric + ".each", found, "x");
        if (found.mean().orElse(0) > best.mean().orElse(0)) {
          best = found;
          where = new String[] {application, configuration};
        }
      }
    }
    sheet.add(EPML, where[0], where[1], metric, best, "x");
  }

  private void leftOutOfBoehm() {
    List<String> leftOut = new ArrayList<>();
    for (String application : Plan.collected()) {
      for (String configuration : plan.configurations()) {
        OptionalDouble all = figures.mean("gc", EPML, application, configuration, "gc_cycles");
        OptionalDouble found = cycles(EPML, application, configuration).mean();
        if (all.isPresent() && found.orElse(0) == 0) {
          leftOut.add(
              "%s %s (cycles: %.0f)".formatted(application, configuration, all.getAsDouble()));
        }
      }
    }
    if (!leftOut.isEmpty()) {
      sheet.note(
          "No ratio of Boehm's cycles has %s: a technique's interval comes first with the second"
                  .formatted(String.join(", ", leftOut))
              + " cycle that asks about old objects, and these applications have no such cycle.");
    }
  }

  private Sample checkpoint(
      String technique, String application, String configuration, String metric) {
    return figures.sample("checkpoint", technique, application, configuration, metric);
  }

  private Sample collector(
      String technique, String application, String configuration, String metric) {
    return figures.sample("gc", technique, application, configuration, metric);
  }

  private Sample cycles(String technique, String application, String configuration) {
    return collector(technique, application, configuration, "gc_time_first_cycle")
        .plus(collector(technique, application, configuration, "gc_time_other_cycles"));
  }

  private Sample onArray(String technique, String application, String size) {
    Sample slowdown = figures.sample("micro", technique, application, size, "tracked_slowdown");
    return new Sample(slowdown.values().stream().map(found -> found - 1).toList());
  }

  private Sample underCheckpointer(String technique, String application, String configuration) {
    return checkpoint(technique, application, configuration, "tracked_total_time")
        .minus(checkpoint(Plan.UNTRACKED, application, configuration, "alone_total_time"));
  }

  private Sample underCollector(String technique, String application, String configuration) {
    Sample alone = collector(Plan.UNTRACKED, application, configuration, "total_time");
    for (String cycles : ALL_CYCLES) {
      alone = alone.minus(collector(Plan.UNTRACKED, application, configuration, cycles));
    }
    return collector(technique, application, configuration, "total_time").minus(alone);
  }
}
