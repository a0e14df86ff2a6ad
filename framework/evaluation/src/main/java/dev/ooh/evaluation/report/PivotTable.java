package dev.ooh.evaluation.report;

import dev.ooh.cli.Row;
import dev.ooh.evaluation.figure.Published;
import dev.ooh.evaluation.figure.Result;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
    html.append("</tbody></table>\n").append(sources(rows));
  }

  /** Where published values beside {@code rows} are from, and what agreement with them says. */
  private String sources(List<Row> rows) {
    Map<Published.Role, Set<String>> sources = new EnumMap<>(Published.Role.class);
    for (Row row : rows) {
      role(row)
          .ifPresent(
              role -> sources.computeIfAbsent(role, any -> new LinkedHashSet<>()).add(source(row)));
    }
    StringBuilder html = new StringBuilder();
    sources.forEach(
        (role, texts) ->
            html.append("<p class=\"source\"><small>")
                .append(Html.text(said(role) + ": " + String.join("; ", texts)))
                .append("</small></p>\n"));
    return html.toString();
  }

  private static String said(Published.Role role) {
    return switch (role) {
      case RESULT -> "Published in";
      case INPUT -> "Input of the model, so that agreement checks counts alone";
      case CIRCULAR -> "Circular, as an input was derived from it";
    };
  }

  private Optional<Published.Role> role(Row row) {
    return published.role(
        row.experiment(), row.technique(), row.application(), row.configuration(), row.metric());
  }

  private String source(Row row) {
    return published.source(
        row.experiment(), row.technique(), row.application(), row.configuration(), row.metric());
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
    Published.Role role = role(row).orElse(Published.Role.RESULT);
    return "%s <small>%s %s, %s%s</small>"
        .formatted(
            Html.text(number(simulated)),
            role == Published.Role.INPUT ? "input" : "published",
            Html.text(number(paper.getAsDouble())),
            Html.text(String.format(Locale.ROOT, "%+.0f %%", error)),
            role == Published.Role.CIRCULAR ? ", circular" : "");
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
