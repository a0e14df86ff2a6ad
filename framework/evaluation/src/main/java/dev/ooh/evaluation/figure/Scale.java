package dev.ooh.evaluation.figure;

import dev.ooh.cli.plot.Chart;
import dev.ooh.evaluation.run.Measurement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleUnaryOperator;

/** What tracking would cost where nothing here can run: on paper, from the simulated figures. */
final class Scale {
  private static final String NAME = "scale";
  private static final String ARRAY = "array";

  /** Of all pages, those that are stored to in an interval: 1 % a second. */
  private static final double DIRTIED = 0.01;

  private static final double INTERVAL_SECONDS = 1;
  private static final double SECONDS_IN_DAY = 86_400;
  private static final double SECONDS_IN_HOUR = 3_600;
  private static final double MILLIS_IN_SECOND = 1_000;
  private static final double PERCENT = 100;

  private static final int LARGEST = Integer.parseInt(Plan.SIZES.getLast());

  /** As rows of the sparse runs are named. */
  private static final String SPARSE = "/1";

  /** Machines of a host, and the memory of each: the largest that has a price. */
  private static final int MACHINES = 1_000;

  private static final int MACHINE_MEGABYTES = LARGEST;
  private static final int HOSTS = 10_000;
  private static final int TERABYTE = 1024 * 1024;

  /** Where the formula is set against simulated passes that are not what it is made of. */
  private static final List<Integer> HELD_OUT_FROM = List.of(250, 500);

  /** What is paid for on a larger scale. */
  private record Installation(String name, int megabytes, long machines) {}

  private static final List<Installation> INSTALLATIONS =
      List.of(
          new Installation("1TB", TERABYTE, 1),
          new Installation("1000VMs", MACHINE_MEGABYTES, MACHINES),
          new Installation("10000hosts", MACHINE_MEGABYTES, (long) MACHINES * HOSTS));

  private final Map<String, ScaleFormula> formulas = new LinkedHashMap<>();
  private final Figures figures;
  private final Sheet sheet = new Sheet(NAME);

  private Scale(Figures figures) {
    this.figures = figures;
    for (String technique : Plan.TECHNIQUES) {
      ScaleFormula.of(figures, technique).ifPresent(formula -> formulas.put(technique, formula));
    }
  }

  static Experiment experiment() {
    List<Measurement> runs = new ArrayList<>(Plan.array());
    runs.add(Plan.sparseArray());
    return new Experiment(
        NAME,
        "On paper: 1 TB, 1,000 virtual machines, 10,000 hosts",
        String.format(
            Locale.ROOT,
            "No such thing ran: this is a formula, with simulated points beside it. An interval"
                + " costs Σ n·p(S) over a technique's events. n is in proportion to the pages that"
                + " are tracked, N = S / 4 KiB (%s), or to those dirtied in the interval, d·N (%s);"
                + " or it is one an interval and one each time that those fill the log (%s); or one"
                + " or a few an interval (%s); how many there are to a page is the count of the pass"
                + " over %d MB. p(S) is a simulated time over its count. Assumptions: d = %.0f %% of"
                + " the pages in an interval of %.0f s; pages of 4 KiB, dirtied anywhere alike;"
                + " 1,000 machines a host, of %d MB each, tracked each by itself;"
                + " 10,000 such hosts; 1TB is one tracked memory. Beyond %d MB, the paper's largest"
                + " size, prices go on log-log with the slope of the last two sizes,"
                + " p(S) = p(%d)·(S/%d)^s; rows “constant_prices” let them stay as they are, as the"
                + " machine's cost model does. The two are far apart for 1TB, and which is nearer"
                + " is not known; “held_out” says what this would have missed at %d MB, from prices"
                + " at %d and %d MB. Where the pass stores to one page in a hundred, rows are called"
                + " “SIZE/1”. Cores are CPU-seconds of tracking by seconds of interval, tracker and"
                + " tracked program together; a day has 86,400 s of them. More than one core a"
                + " machine means that one thread can't keep up, and intervals get longer. Set-up,"
                + " contention for memory and switches of machines are left out.",
            ScaleFormula.events(ScaleFormula.Per.TRACKED_PAGE),
            ScaleFormula.events(ScaleFormula.Per.DIRTIED_PAGE),
            ScaleFormula.events(ScaleFormula.Per.FULL_LOG),
            ScaleFormula.events(ScaleFormula.Per.INTERVAL),
            LARGEST,
            PERCENT * DIRTIED,
            INTERVAL_SECONDS,
            MACHINE_MEGABYTES,
            LARGEST,
            LARGEST,
            LARGEST,
            LARGEST,
            HELD_OUT_FROM.getFirst(),
            HELD_OUT_FROM.getLast()),
        runs,
        figures -> new Scale(figures).sheet());
  }

  private Sheet sheet() {
    installations("cores", "cores", cores -> cores, true);
    formulas.forEach(
        (technique, formula) ->
            add(
                technique,
                "1TB",
                "cores_constant_prices",
                cores(formula.interval(TERABYTE, DIRTIED, LARGEST)),
                "cores"));
    installations("interval_cpu", "sim_s", cores -> cores * INTERVAL_SECONDS, false);
    installations("day_cpu", "sim_h", cores -> cores * SECONDS_IN_DAY / SECONDS_IN_HOUR, false);
    points();
    heldOut();
    formulas.forEach(this::chart);
    return sheet;
  }

  private static double cores(double millis) {
    return millis / MILLIS_IN_SECOND / INTERVAL_SECONDS;
  }

  private void installations(
      String metric, String unit, DoubleUnaryOperator ofCores, boolean drawn) {
    Map<String, double[]> series = new LinkedHashMap<>();
    formulas.forEach(
        (technique, formula) -> {
          double[] values = new double[INSTALLATIONS.size()];
          for (int i = 0; i < values.length; i++) {
            Installation at = INSTALLATIONS.get(i);
            double one = cores(formula.interval(at.megabytes, DIRTIED));
            values[i] = ofCores.applyAsDouble(at.machines * one);
            add(technique, at.name, metric, values[i], unit);
          }
          series.put(technique, values);
        });
    if (drawn) {
      List<String> names = INSTALLATIONS.stream().map(Installation::name).toList();
      sheet.chart(
          new Chart("Cores that tracking takes, on paper", "", "cores", true, true, names, series));
    }
  }

  /** Simulated passes, the formula's value for them, and its error. */
  private void points() {
    for (String sparse : List.of("", SPARSE)) {
      formulas.forEach(
          (technique, formula) -> {
            for (String size : Plan.SIZES) {
              simulated(technique, size + sparse)
                  .ifPresent(
                      simulated ->
                          compare(
                              technique,
                              size + sparse,
                              "interval",
                              simulated,
                              formula.interval(
                                  Integer.parseInt(size), sparse.isEmpty() ? 1 : DIRTIED)));
            }
          });
    }
  }

  private OptionalDouble simulated(String technique, String configuration) {
    Optional<PassCost> cost = PassCost.of(figures, technique, configuration);
    return cost.isPresent() ? OptionalDouble.of(cost.get().tracking()) : OptionalDouble.empty();
  }

  private void heldOut() {
    formulas.forEach(
        (technique, formula) ->
            simulated(technique, Plan.SIZES.getLast())
                .ifPresent(
                    simulated ->
                        compare(
                            technique,
                            Plan.SIZES.getLast(),
                            "held_out",
                            simulated,
                            formula.extrapolated(LARGEST, 1, HELD_OUT_FROM))));
  }

  private void compare(
      String technique, String configuration, String metric, double simulated, double formula) {
    if (!metric.equals("held_out")) {
      add(technique, configuration, metric + "_simulated", simulated, "sim_ms");
    }
    add(technique, configuration, metric + "_formula", formula, "sim_ms");
    add(technique, configuration, metric + "_error", PERCENT * (formula / simulated - 1), "%");
  }

  private void add(
      String technique, String configuration, String metric, double value, String unit) {
    sheet.add(technique, ARRAY, configuration, metric, OptionalDouble.of(value), unit);
  }

  private void chart(String technique, ScaleFormula formula) {
    List<String> places = new ArrayList<>(Plan.SIZES);
    places.add("1TB");
    int count = places.size();
    Map<String, double[]> series = new LinkedHashMap<>();
    for (String sparse : List.of("", SPARSE)) {
      double[] values = new double[count];
      double[] points = new double[count];
      for (int i = 0; i < count; i++) {
        String place = places.get(i);
        boolean beyond = i == count - 1;
        int megabytes = beyond ? TERABYTE : Integer.parseInt(place);
        values[i] = formula.interval(megabytes, sparse.isEmpty() ? 1 : DIRTIED);
        points[i] = simulated(technique, place + sparse).orElse(Double.NaN);
      }
      String dirtied = sparse.isEmpty() ? ", all pages" : ", 1 %";
      series.put("formula" + dirtied, values);
      if (Sheet.hasAny(points)) {
        series.put("simulated" + dirtied, points);
      }
    }
    sheet.chart(
        new Chart(
            technique + ": tracking an interval, on paper",
            "memory, MB; the last is 1 TB",
            "sim_ms",
            false,
            true,
            places,
            series));
  }
}
