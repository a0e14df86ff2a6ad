package dev.ooh.evaluation.figure;

import dev.ooh.evaluation.run.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** How much memory the applications take, beside the paper's (its Table II). */
final class Residents {
  private static final String NAME = "table2";
  private static final String METRIC = "resident_mb";
  private static final double PAGES_A_MEGABYTE = 256;

  private Residents() {}

  static Experiment experiment(Plan plan) {
    List<Measurement> runs = new ArrayList<>(plan.collector());
    runs.addAll(plan.checkpointer());
    return new Experiment(
        NAME,
        "Applications and their memory",
        "Parameters are the paper's, the applications are written anew: what they take is output."
            + " Under the collector it is the heap at its largest, which has room for garbage; under"
            + " the checkpointer all pages of the final dump's image, those that its parent has"
            + " included, of objects alone. The paper's is the memory of whole processes.",
        runs,
        figures -> sheet(plan, figures));
  }

  private static Sheet sheet(Plan plan, Figures figures) {
    Sheet sheet = new Sheet(NAME);
    for (String configuration : plan.configurations()) {
      for (String application : Plan.collected()) {
        OptionalDouble heap =
            figures.mean("gc", Plan.UNTRACKED, application, configuration, "heap_mb");
        sheet.add("collector", application, configuration, METRIC, heap, "MB");
      }
      for (String application : plan.checkpointed()) {
        OptionalDouble written = dumped(figures, application, configuration, "pages_written");
        OptionalDouble inParent =
            dumped(figures, application, configuration, "pages_skipped_parent");
        if (written.isPresent() && inParent.isPresent()) {
          double pages = written.getAsDouble() + inParent.getAsDouble();
          OptionalDouble megabytes = OptionalDouble.of(pages / PAGES_A_MEGABYTE);
          sheet.add("checkpointer", application, configuration, METRIC, megabytes, "MB");
        }
      }
    }
    return sheet;
  }

  private static OptionalDouble dumped(
      Figures figures, String application, String configuration, String metric) {
    return figures.mean("checkpoint", "epml", application, configuration, metric);
  }
}
