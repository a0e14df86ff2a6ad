package dev.ooh.evaluation.report;

import dev.ooh.cli.Row;
import dev.ooh.evaluation.figure.Published;
import dev.ooh.evaluation.figure.Result;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** The rows of an experiment as tables, one a metric: techniques across, what ran down. */
final class PivotTable {
  private final Result result;
  private final Published published;

  PivotTable(Result result, Published published) {
    this.result = result;
    this.published = published;
  }

  String html() {
    Map<String, List<Row>> byMetric = new LinkedHashMap<>();
    for (Row row : result.rows()) {
      byMetric.computeIfAbsent(row.metric(), metric -> new ArrayList<>()).add(row);
    }
    StringBuilder html = new StringBuilder();
    byMetric.forEach((metric, rows) -> append(html, metric, rows));
    return html.toString();
  }

  private void append(StringBuilder html, String metric, List<Row> rows) {
    Set<String> techniques = new LinkedHashSet<>();
    Map<String, Map<String, Row>> places = new LinkedHashMap<>();
    for (Row row : rows) {
      techniques.add(row.technique());
      places
          .computeIfAbsent(
              row.application() + " " + row.configuration(), place -> new LinkedHashMap<>())
          .put(row.technique(), row);
    }
    html.append("<table><caption>")
        .append(Html.text(metric))
        .append(", ")
        .append(Html.text(unit(rows.getFirst().unit())))
        .append("</caption><thead><tr><th></th>");
    techniques.forEach(
        technique -> html.append("<th>").append(Html.text(technique)).append("</th>"));
    html.append("</tr></thead><tbody>");
    places.forEach(
        (place, cells) -> {
          html.append("<tr><th>").append(Html.text(place)).append("</th>");
          for (String technique : techniques) {
            html.append("<td>");
            Row row = cells.get(technique);
            if (row != null) {
              html.append(cell(row));
            }
            html.append("</td>");
          }
          html.append("</tr>");
        });
    html.append("</tbody></table>\n");
  }

  private String cell(Row row) {
    double simulated = Double.parseDouble(row.value());
    OptionalDouble paper =
        published.value(
            row.experiment(),
            row.technique(),
            row.application(),
            row.configuration(),
            row.metric());
    if (paper.isEmpty()) {
      return Html.text(number(simulated));
    }
    double error = 100 * (simulated / paper.getAsDouble() - 1);
    return "%s <small title=\"%s\">published %s, %s</small>"
        .formatted(
            Html.text(number(simulated)),
            Html.text(
                published.source(
                    row.experiment(),
                    row.technique(),
                    row.application(),
                    row.configuration(),
                    row.metric())),
            Html.text(number(paper.getAsDouble())),
            Html.text(String.format(Locale.ROOT, "%+.0f %%", error)));
  }

  /** Says in full that a time is simulated. */
  private static String unit(String unit) {
    return unit.startsWith("sim_") ? unit + " (simulated)" : unit;
  }

  /** Four significant digits. */
  private static String number(double value) {
    double size = Math.abs(value);
    int decimals = size >= 1000 || value == Math.rint(value) ? 0 : size >= 10 ? 1 : 3;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
