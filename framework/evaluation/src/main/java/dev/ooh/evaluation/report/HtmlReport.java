package dev.ooh.evaluation.report;

import dev.ooh.evaluation.figure.Published;
import dev.ooh.evaluation.figure.Result;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The page that an evaluation leaves: one file that needs no other. */
public final class HtmlReport {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; }
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 66rem; margin: 2rem auto;
        padding: 0 1rem; }
      h2 { margin-top: 3rem; border-bottom: 1px solid GrayText; }
      figure { margin: 1rem 0; background: #fff; border-radius: 4px; overflow-x: auto; }
      figure svg { max-width: 100%; height: auto; display: block; margin: auto; }
      table { border-collapse: collapse; margin: 1rem 0; font-size: .9rem; }
      caption { text-align: left; font-weight: 600; padding: .3rem 0; }
      th, td { padding: .15rem .7rem; text-align: right; border-bottom: 1px solid #8884; }
      th:first-child { text-align: left; font-weight: 400; }
      thead th { font-weight: 600; }
      small { opacity: .75; }
      .facts th { white-space: nowrap; } .facts td { text-align: left; }
      @media print { figure, table { break-inside: avoid; } body { max-width: none; } }
      """;

  private static final String ABSENT =
      """
      <section id="absent"><h2>What is not here</h2><p>Of the five in-memory engines that the \
      paper checkpoints <code>--quick</code> runs one, <code>baby</code>, and the whole evaluation \
      all. Figures are set beside published values only where this project holds those: Tables II, \
      III and IV, Figure 4 at 1 GB, and the headlines.</p></section>
      """;

  private HtmlReport() {}

  /**
   * The page.
   *
   * @param images of each result's charts, as SVG, by the result's name
   */
  public static String of(
      Map<String, String> provenance,
      List<Result> results,
      Map<String, List<String>> images,
      Published published,
      Optional<Comparison> against) {
    StringBuilder html = new StringBuilder();
    html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width\">")
        .append("<link rel=\"icon\" href=\"data:,\">")
        .append("<title>Out of Hypervisor: the evaluation</title><style>")
        .append(STYLE)
        .append("</style></head><body><h1>Out of Hypervisor: the evaluation, simulated</h1>")
        .append("<p>Times in tables and figures are simulated: events that were counted while real")
        .append(" programs ran on the simulated machine, times the prices of a profile. Prices are")
        .append(" input, two of them (W0 and CP) derived from published results; counts are")
        .append(" output, and fitted to nothing.</p>\n");
    facts(html, provenance);
    html.append("<nav><p>");
    for (Result result : results) {
      String name = result.experiment().name();
      html.append("<a href=\"#%s\">%s</a> ".formatted(name, name));
    }
    html.append("</p></nav>\n");
    against.ifPresent(comparison -> html.append(comparison.html()));
    for (Result result : results) {
      section(html, result, images.getOrDefault(result.experiment().name(), List.of()), published);
    }
    return html.append(ABSENT).append("</body></html>\n").toString();
  }

  private static void facts(StringBuilder html, Map<String, String> provenance) {
    html.append("<table class=\"facts\"><tbody>");
    provenance.forEach(
        (name, value) ->
            html.append("<tr><th>")
                .append(Html.text(name))
                .append("</th><td>")
                .append(Html.text(value))
                .append("</td></tr>"));
    html.append("</tbody></table>\n");
  }

  private static void section(
      StringBuilder html, Result result, List<String> images, Published published) {
    String name = result.experiment().name();
    html.append(
        "<section id=\"%s\"><h2>%s: %s</h2><p>%s</p>\n"
            .formatted(
                name,
                Html.text(name),
                Html.text(result.experiment().title()),
                Html.text(result.experiment().method())));
    for (String note : result.notes()) {
      html.append("<p>").append(Html.text(note)).append("</p>\n");
    }
    for (String image : images) {
      html.append("<figure>").append(inline(image)).append("</figure>\n");
    }
    html.append(new PivotTable(result, published).html()).append("</section>\n");
  }

  /** Without what only a file of its own has. */
  private static String inline(String svg) {
    return svg.substring(svg.indexOf("<svg"));
  }
}
