package dev.ooh.evaluation.figure;

import dev.ooh.cli.plot.Chart;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What the paper learns from several virtual machines at once. */
final class MachineExperiments {
  private static final String GC = "gc";
  private static final String TOTAL = "total_time";
  private static final String SIMULATED = "sim_ms";
  private static final List<String> WITH_BASELINE =
      List.of(Plan.UNTRACKED, "procfs", "spml", "epml");

  private final Plan plan;

  MachineExperiments(Plan plan) {
    this.plan = plan;
  }

  List<Experiment> all() {
    String setting =
        "%s %s under the collector in each of 1 to %d virtual machines at once, each with a virtual"
                .formatted(
                    Plan.IN_MACHINES, plan.inMachinesConfiguration(), plan.machines().getLast())
            + " CPU, on a host of %d physical CPUs, as many as the paper's has cores;"
                .formatted(Plan.HOST_CPUS)
            + " means over the machines, whose clocks go on while they wait for a physical CPU."
            + " Every number of machines has one seed, the first: several machines are not run with"
            + " others, as they take longest."
            + (plan.seeds() == 1
                ? ""
                : " One machine was, so its rows have a .spread, of %d seeds; what is drawn is the first one's."
                    .formatted(plan.seeds()))
            + " The configuration is the largest of which so many stay within 8 GiB."
            + " The paper's files here hold no value of these figures.";
    return List.of(
        new Experiment(
            "figure10",
            "Time of the collector's cycles by number of machines",
            "The first cycle whose interval a technique gathered, and all those after it. "
                + setting,
            plan.inMachines(),
            this::figure10),
        new Experiment(
            "figure11",
            "Total time of the application by number of machines",
            "And against the untracked run of as many machines. What a switch of machines costs is"
                + " assumed (an exit, VMPTRLD, VMCLEAR). "
                + setting,
            plan.inMachines(),
            this::figure11));
  }

  private Sheet figure10(Figures figures) {
    Sheet sheet = new Sheet("figure10");
    for (String technique : WITH_BASELINE) {
      for (int machines : plan.machines()) {
        for (String metric : List.of("gc_time_first_cycle", "gc_time_other_cycles")) {
          add(sheet, technique, machines, metric, measured(figures, technique, machines, metric));
        }
        add(sheet, technique, machines, "gc_time", cycles(figures, technique, machines));
      }
    }
    chart(
        sheet,
        "Figure 10: the collector's cycles",
        SIMULATED,
        WITH_BASELINE,
        technique -> machines -> cycles(figures, technique, machines));
    return sheet;
  }

  private Sheet figure11(Figures figures) {
    Sheet sheet = new Sheet("figure11");
    for (String technique : WITH_BASELINE) {
      for (int machines : plan.machines()) {
        for (String metric : List.of(TOTAL, "waited_time")) {
          add(sheet, technique, machines, metric, measured(figures, technique, machines, metric));
        }
        add(
            sheet,
            technique,
            machines,
            "vm_switches",
            measured(figures, technique, machines, "vm_switches"),
            "count");
        if (!technique.equals(Plan.UNTRACKED)) {
          add(
              sheet,
              technique,
              machines,
              "total_time_over_untracked",
              overUntracked(figures, technique, machines),
              "x");
        }
      }
    }
    chart(
        sheet,
        "Figure 11a: total time",
        SIMULATED,
        WITH_BASELINE,
        technique -> machines -> measured(figures, technique, machines, TOTAL));
    chart(
        sheet,
        "Figure 11b: total time against the untracked run",
        "x",
        Plan.CONSUMERS_TECHNIQUES,
        technique -> machines -> overUntracked(figures, technique, machines));
    return sheet;
  }

  private Sample measured(Figures figures, String technique, int machines, String metric) {
    return figures.sample(
        GC, technique, Plan.IN_MACHINES, plan.inMachinesConfiguration(machines), metric);
  }

  private Sample cycles(Figures figures, String technique, int machines) {
    return measured(figures, technique, machines, "gc_time_first_cycle")
        .plus(measured(figures, technique, machines, "gc_time_other_cycles"));
  }

  private Sample overUntracked(Figures figures, String technique, int machines) {
    return measured(figures, technique, machines, TOTAL)
        .over(measured(figures, Plan.UNTRACKED, machines, TOTAL));
  }

  private static void add(
      Sheet sheet, String technique, int machines, String metric, Sample sample) {
    add(sheet, technique, machines, metric, sample, SIMULATED);
  }

  /** The first seed's, which all numbers of machines have; the spread of those that one has. */
  private static void add(
      Sheet sheet, String technique, int machines, String metric, Sample sample, String unit) {
    String place = Integer.toString(machines);
    sheet.add(technique, Plan.IN_MACHINES, place, metric, sample.first().mean(), unit);
    sheet.spread(technique, Plan.IN_MACHINES, place, metric, sample, unit);
  }

  private void chart(
      Sheet sheet,
      String title,
      String vertical,
      List<String> techniques,
      Function<String, Function<Integer, Sample>> value) {
    Map<String, double[]> series = new LinkedHashMap<>();
    for (String technique : techniques) {
      double[] values =
          plan.machines().stream()
              .mapToDouble(
                  machines ->
                      value.apply(technique).apply(machines).first().mean().orElse(Double.NaN))
              .toArray();
      if (Sheet.hasAny(values)) {
        series.put(technique, values);
      }
    }
    List<String> counts = plan.machines().stream().map(String::valueOf).toList();
    sheet.chart(new Chart(title, "virtual machines", vertical, false, false, counts, series));
  }
}
