package dev.ooh.evaluation.figure;

import dev.ooh.cli.Row;
import dev.ooh.cli.plot.Chart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Rows and charts of one experiment, as they come together. */
public final class Sheet {
  /** Behind a metric: half of what seeds differ by. */
  private static final String SPREAD = ".spread";

  private final String experiment;
  private final List<Row> rows = new ArrayList<>();
  private final List<Chart> charts = new ArrayList<>();

  Sheet(String experiment) {
    this.experiment = experiment;
  }

  /** Adds a figure, if there is one. */
  void add(
      String technique,
      String application,
      String configuration,
      String metric,
      OptionalDouble value,
      String unit) {
    value.ifPresent(
        found ->
            rows.add(
                new Row(
                    experiment,
                    "virtual",
                    technique,
                    application,
                    configuration,
                    metric,
                    Row.number(found),
                    unit)));
  }

  /** Adds a mean that was measured and, where seeds differ, their spread. */
  OptionalDouble copy(
      Figures figures,
      String command,
      String technique,
      String application,
      String configuration,
      String metric,
      String unit) {
    OptionalDouble mean = figures.mean(command, technique, application, configuration, metric);
    add(technique, application, configuration, metric, mean, unit);
    double spread = figures.spread(command, technique, application, configuration, metric);
    if (spread > 0) {
      add(technique, application, configuration, metric + SPREAD, OptionalDouble.of(spread), unit);
    }
    return mean;
  }

  /** Draws a metric by configuration, one line a technique. */
  void linesBySize(String title, String vertical, String metric, boolean logarithmic) {
    Map<String, double[]> series = new LinkedHashMap<>();
    for (String technique : Plan.TECHNIQUES) {
      double[] values =
          Plan.SIZES.stream()
              .mapToDouble(size -> value(technique, "array", size, metric))
              .toArray();
      if (hasAny(values)) {
        series.put(technique, values);
      }
    }
    chart(new Chart(title, "array, MB", vertical, false, logarithmic, Plan.SIZES, series));
  }

  /** Draws a metric by application and configuration, one bar a technique. */
  void barsByApplication(
      String title, String vertical, String metric, List<String> techniques, boolean logarithmic) {
    List<String> places = new ArrayList<>();
    for (Row row : rows) {
      String place = row.application() + " " + row.configuration();
      if (row.metric().equals(metric) && !places.contains(place)) {
        places.add(place);
      }
    }
    Map<String, double[]> series = new LinkedHashMap<>();
    Map<String, double[]> spread = new LinkedHashMap<>();
    for (String technique : techniques) {
      double[] values = values(places, technique, metric);
      if (hasAny(values)) {
        series.put(technique, values);
      }
      double[] ofSeeds = values(places, technique, metric + SPREAD);
      if (hasAny(ofSeeds)) {
        spread.put(technique, ofSeeds);
      }
    }
    chart(new Chart(title, "", vertical, true, logarithmic, places, series, spread));
  }

  /** By application and configuration. */
  private double[] values(List<String> places, String technique, String metric) {
    return places.stream()
        .map(place -> place.split(" "))
        .mapToDouble(place -> value(technique, place[0], place[1], metric))
        .toArray();
  }

  /** Adds it; times are called simulated in full. */
  void chart(Chart chart) {
    if (!chart.series().isEmpty()) {
      charts.add(
          new Chart(
              chart.title(),
              chart.horizontal(),
              chart.vertical().replace("sim_", "simulated "),
              chart.bars(),
              chart.logarithmic(),
              chart.places(),
              chart.series(),
              chart.spread()));
    }
  }

  static boolean hasAny(double[] values) {
    for (double value : values) {
      if (!Double.isNaN(value)) {
        return true;
      }
    }
    return false;
  }

  private double value(String technique, String application, String configuration, String metric) {
    return rows.stream()
        .filter(
            row ->
                row.technique().equals(technique)
                    && row.application().equals(application)
                    && row.configuration().equals(configuration)
                    && row.metric().equals(metric))
        .mapToDouble(row -> Double.parseDouble(row.value()))
        .findFirst()
        .orElse(Double.NaN);
  }

  public List<Row> rows() {
    return rows;
  }

  public List<Chart> charts() {
    return charts;
  }
}
