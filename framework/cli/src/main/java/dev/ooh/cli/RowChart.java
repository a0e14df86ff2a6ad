package dev.ooh.cli;

import dev.ooh.cli.plot.Chart;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A chart of rows: one line a technique, over the configurations. */
final class RowChart {
  private RowChart() {}

  static Chart of(List<Row> rows, String metric, String title, String horizontal, String vertical) {
    List<Row> shown = rows.stream().filter(row -> row.metric().equals(metric)).toList();
    List<String> places = shown.stream().map(Row::configuration).distinct().toList();
    Map<String, double[]> series = new LinkedHashMap<>();
    for (Row row : shown) {
      double[] values =
          series.computeIfAbsent(
              row.technique(),
              technique -> {
                double[] none = new double[places.size()];
                Arrays.fill(none, Double.NaN);
                return none;
              });
      values[places.indexOf(row.configuration())] = Double.parseDouble(row.value());
    }
    return new Chart(title, horizontal, vertical, false, true, places, series);
  }
}
