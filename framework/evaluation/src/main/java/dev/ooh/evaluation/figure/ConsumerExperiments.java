package dev.ooh.evaluation.figure;

import java.util.List;
import java.util.OptionalDouble;

/** What the paper learns from the collector (Boehm's there) and the checkpointer (CRIU there). */
final class ConsumerExperiments {
  private static final String OTHER_PROCESS =
      " The tracker is a process beside the application, as CRIU is (tracker=own-process); the"
          + " image is written by the application's process.";

  private static final String GC = "gc";
  private static final String CHECKPOINT = "checkpoint";
  private static final double MICROS_A_MILLI = 1000;
  private static final String TOTAL = "tracked_total_time";
  private static final String SIMULATED = "sim_ms";

  private static final List<String> WITH_BASELINE =
      List.of(Plan.UNTRACKED, "procfs", "spml", "epml");

  private final Plan plan;

  ConsumerExperiments(Plan plan) {
    this.plan = plan;
  }

  List<Experiment> all() {
    return List.of(
        new Experiment(
            "figure5",
            "Time of the collector's cycles",
            "The first cycle whose interval a technique gathered, and the sum of those after it."
                + " The tracker is the application's process itself, as Boehm's collector is."
                + " Full cycles are pauses here, so every technique sees the same cycles over the"
                + " same heap. An application with fewer than three cycles has no others.",
            plan.collector(),
            this::figure5),
        new Experiment(
            "figure6",
            "Impact of the collector on the application",
            "Total time against the run in which nothing is tracked and every cycle traces every"
                + " object: below 1 is faster. An application's own work is priced by assumed"
                + " costs."
                + plan.seedsTold(),
            plan.collector(),
            this::figure6),
        new Experiment(
            "figure7",
            "Phases of the final dump",
            "Memory dump: finding out which pages to write. Memory write: copying and writing them,"
                + " 1.9 microseconds a page (CP). CP is input, derived from Table III, where 251 ms are"
                + " published for some 130,000 pages of baby large: so write_time_a_page, in which"
                + " copying is contained, agrees by itself, and of those 251 ms it is the number of"
                + " pages that is compared; the final dump writes those written since the pre-dump"
                + " alone. One pre-dump came before,"
                + " half way."
                + OTHER_PROCESS,
            plan.checkpointer(),
            this::figure7),
        new Experiment(
            "figure8",
            "Complete time of the final dump",
            "From its first step until the set is whole." + OTHER_PROCESS,
            plan.checkpointer(),
            this::figure8),
        new Experiment(
            "figure9",
            "Total time of the checkpointed application",
            "From the first step to the last, dumps included. The untracked run (none) is the"
                + " application by itself, without dumps or a technique; impact is what the pre-dump,"
                + " the dump and tracking add to it."
                + OTHER_PROCESS
                + plan.seedsTold(),
            plan.checkpointer(),
            this::figure9));
  }

  private Sheet figure5(Figures figures) {
    Sheet sheet = new Sheet("figure5");
    for (String application : Plan.collected()) {
      for (String configuration : plan.configurations()) {
        for (String technique : WITH_BASELINE) {
          for (String metric : List.of("gc_time_first_cycle", "gc_time_other_cycles")) {
            sheet.copy(figures, GC, technique, application, configuration, metric, SIMULATED);
          }
        }
      }
    }
    sheet.barsByApplication(
        "Figure 5a: first cycle", SIMULATED, "gc_time_first_cycle", WITH_BASELINE, true);
    sheet.barsByApplication(
        "Figure 5b: other cycles", SIMULATED, "gc_time_other_cycles", WITH_BASELINE, true);
    return sheet;
  }

  private Sheet figure6(Figures figures) {
    Sheet sheet = new Sheet("figure6");
    for (String application : Plan.collected()) {
      for (String configuration : plan.configurations()) {
        Sample plain = figures.sample(GC, Plan.UNTRACKED, application, configuration, "total_time");
        for (String technique : Plan.CONSUMERS_TECHNIQUES) {
          sheet.add(
              technique,
              application,
              configuration,
              "total_time_over_untracked",
              figures.sample(GC, technique, application, configuration, "total_time").over(plain),
              "x");
        }
      }
    }
    sheet.barsByApplication(
        "Figure 6: total time against the untracked run",
        "x",
        "total_time_over_untracked",
        Plan.CONSUMERS_TECHNIQUES,
        false);
    return sheet;
  }

  private Sheet figure7(Figures figures) {
    Sheet sheet = checkpoints("figure7", figures, "memory_dump_time", "memory_write_time");
    for (String application : plan.checkpointed()) {
      for (String configuration : plan.configurations()) {
        for (String technique : Plan.CONSUMERS_TECHNIQUES) {
          writeTimeOfAPage(sheet, figures, technique, application, configuration);
        }
      }
    }
    sheet.barsByApplication(
        "Figure 7a: memory dump", SIMULATED, "memory_dump_time", Plan.CONSUMERS_TECHNIQUES, true);
    sheet.barsByApplication(
        "Figure 7b: memory write", SIMULATED, "memory_write_time", Plan.CONSUMERS_TECHNIQUES, true);
    return sheet;
  }

  private static void writeTimeOfAPage(
      Sheet sheet, Figures figures, String technique, String application, String configuration) {
    OptionalDouble time =
        figures.mean(CHECKPOINT, technique, application, configuration, "memory_write_time");
    OptionalDouble pages =
        figures.mean(CHECKPOINT, technique, application, configuration, "pages_written");
    if (time.isPresent() && pages.orElse(0) > 0) {
      sheet.add(
          technique,
          application,
          configuration,
          "write_time_a_page",
          OptionalDouble.of(MICROS_A_MILLI * time.getAsDouble() / pages.getAsDouble()),
          "sim_us");
    }
  }

  private Sheet figure8(Figures figures) {
    Sheet sheet = checkpoints("figure8", figures, "complete_time");
    sheet.barsByApplication(
        "Figure 8: complete time", SIMULATED, "complete_time", Plan.CONSUMERS_TECHNIQUES, true);
    return sheet;
  }

  private Sheet figure9(Figures figures) {
    Sheet sheet = new Sheet("figure9");
    for (String application : plan.checkpointed()) {
      for (String configuration : plan.configurations()) {
        totals(sheet, figures, application, configuration);
      }
    }
    sheet.barsByApplication(
        "Figure 9a: total time of the application", SIMULATED, TOTAL, WITH_BASELINE, false);
    sheet.barsByApplication(
        "Figure 9b: total time against the untracked run",
        "x",
        TOTAL + "_over_untracked",
        Plan.CONSUMERS_TECHNIQUES,
        false);
    return sheet;
  }

  private static void totals(
      Sheet sheet, Figures figures, String application, String configuration) {
    Sample alone =
        figures.sample(CHECKPOINT, Plan.UNTRACKED, application, configuration, "alone_total_time");
    seeds(sheet, Plan.UNTRACKED, application, configuration, alone);
    sheet.add(Plan.UNTRACKED, application, configuration, TOTAL, alone, SIMULATED);
    for (String technique : Plan.CONSUMERS_TECHNIQUES) {
      Sample total = figures.sample(CHECKPOINT, technique, application, configuration, TOTAL);
      seeds(sheet, technique, application, configuration, total);
      sheet.add(technique, application, configuration, TOTAL, total, SIMULATED);
      sheet.add(
          technique, application, configuration, TOTAL + "_over_untracked", total.over(alone), "x");
      sheet.add(technique, application, configuration, "impact", total.minus(alone), SIMULATED);
    }
  }

  private static void seeds(
      Sheet sheet, String technique, String application, String configuration, Sample sample) {
    if (sample.mean().isPresent()) {
      sheet.add(
          technique,
          application,
          configuration,
          "seeds",
          OptionalDouble.of(sample.values().size()),
          "count");
    }
  }

  private Sheet checkpoints(String name, Figures figures, String... metrics) {
    Sheet sheet = new Sheet(name);
    for (String application : plan.checkpointed()) {
      for (String configuration : plan.configurations()) {
        for (String technique : Plan.CONSUMERS_TECHNIQUES) {
          for (String metric : metrics) {
            sheet.copy(
                figures, CHECKPOINT, technique, application, configuration, metric, SIMULATED);
          }
        }
      }
    }
    return sheet;
  }
}
