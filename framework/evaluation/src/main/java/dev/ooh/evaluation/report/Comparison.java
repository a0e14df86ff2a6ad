package dev.ooh.evaluation.report;

import dev.ooh.cli.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What differs between the rows of two evaluations. */
public record Comparison(
    String other, List<Change> changes, int same, int onlyHere, int onlyThere) {
  /** A figure that both have, with another value. */
  public record Change(String figure, String here, String there) {
    String percent() {
      double before = Double.parseDouble(there);
      double now = Double.parseDouble(here);
      return before == 0 ? "" : String.format(Locale.ROOT, "%+.2f %%", 100 * (now / before - 1));
    }
  }

  /**
   * Compares.
   *
   * @param other what to call the second
   */
  public static Comparison of(List<Row> here, String other, List<Row> there) {
    Map<String, String> before = new LinkedHashMap<>();
    there.forEach(row -> before.put(key(row), row.value()));
    List<Change> changes = new ArrayList<>();
    int same = 0;
    int onlyHere = 0;
    for (Row row : here) {
      String value = before.remove(key(row));
      if (value == null) {
        onlyHere++;
      } else if (value.equals(row.value())) {
        same++;
      } else {
        changes.add(new Change(key(row), row.value(), value));
      }
    }
    return new Comparison(other, changes, same, onlyHere, before.size());
  }

  private static String key(Row row) {
    return String.join(
        " ",
        row.experiment(),
        row.technique(),
        row.application(),
        row.configuration(),
        row.metric());
  }

  String html() {
    StringBuilder html = new StringBuilder();
    html.append("<section id=\"against\"><h2>Against ")
        .append(Html.text(other))
        .append("</h2><p>")
        .append(summary())
        .append("</p>");
    if (!changes.isEmpty()) {
      html.append("<table><thead><tr><th>figure</th><th>here</th><th>there</th><th></th></tr>")
          .append("</thead><tbody>");
      for (Change change : changes) {
        html.append(
            "<tr><th>%s</th><td>%s</td><td>%s</td><td>%s</td></tr>"
                .formatted(
                    Html.text(change.figure()),
                    Html.text(change.here()),
                    Html.text(change.there()),
                    Html.text(change.percent())));
      }
      html.append("</tbody></table>");
    }
    return html.append("</section>\n").toString();
  }

  /** In a sentence. */
  public String summary() {
    return "%d figures are the same, %d differ, %d are only here, %d only there."
        .formatted(same, changes.size(), onlyHere, onlyThere);
  }
}
