package dev.ooh.evaluation.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ooh.cli.Row;
import dev.ooh.evaluation.figure.Experiment;
import dev.ooh.evaluation.figure.Experiments;
import dev.ooh.evaluation.figure.Figures;
import dev.ooh.evaluation.figure.Plan;
import dev.ooh.evaluation.figure.Published;
import dev.ooh.evaluation.figure.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static Row row(String command, String technique, String place, String metric, double v) {
    return new Row(command, "virtual", technique, place, "small", metric, Row.number(v), "sim_ms");
  }

  private static List<Result> results(List<Row> rows) {
    return results(Plan.quick(), rows);
  }

  private static List<Result> results(Plan plan, List<Row> rows) {
    Figures figures = Figures.of(rows);
    return Experiments.of(plan, Published.load()).stream()
        .map(experiment -> experiment.result(figures))
        .toList();
  }

  private static List<Row> of(List<Result> results, String experiment) {
    return results.stream()
        .filter(result -> result.experiment().name().equals(experiment))
        .flatMap(result -> result.rows().stream())
        .toList();
  }

  @Test
  void everyFigureThatIsPromisedIsThere() {
    assertThat(Experiments.of(Plan.quick(), Published.load()))
        .extracting(Experiment::name)
        .containsExactly(
            "answers",
            "table1",
            "table2",
            "figure3",
            "figure4",
            "table3",
            "table4",
            "table5",
            "figure5",
            "figure6",
            "figure7",
            "figure8",
            "figure9",
            "figure10",
            "figure11",
            "completeness",
            "subpages",
            "sensitivity",
            "scale",
            "profiles");
  }

  @Test
  void figuresOfSeveralMachinesAreByTheirNumber() {
    List<Row> rows = new ArrayList<>();
    for (String technique : List.of("none", "epml")) {
      double factor = technique.equals("none") ? 1 : 1.5;
      for (String place : List.of("small", "small:5vms")) {
        double time = factor * (place.equals("small") ? 10 : 12);
        rows.add(inMachines(technique, place, "total_time", time));
        rows.add(inMachines(technique, place, "gc_time_first_cycle", 1));
        rows.add(inMachines(technique, place, "gc_time_other_cycles", factor));
      }
    }
    assertThat(of(results(rows), "figure10"))
        .filteredOn(row -> row.metric().equals("gc_time") && row.technique().equals("epml"))
        .extracting(Row::configuration, Row::value)
        .containsExactly(tuple("1", "2.5"), tuple("5", "2.5"));
    assertThat(of(results(rows), "figure11"))
        .filteredOn(row -> row.metric().startsWith("total_time"))
        .extracting(Row::technique, Row::configuration, Row::metric, Row::value)
        .containsExactly(
            tuple("none", "1", "total_time", "10"),
            tuple("none", "5", "total_time", "12"),
            tuple("epml", "1", "total_time", "15"),
            tuple("epml", "1", "total_time_over_untracked", "1.5"),
            tuple("epml", "5", "total_time", "18"),
            tuple("epml", "5", "total_time_over_untracked", "1.5"));
  }

  @Test
  void oneMachineIsDrawnWithTheSeedThatSeveralHave() {
    List<Row> rows = new ArrayList<>();
    for (double seed : new double[] {10, 14, 30}) {
      rows.add(inMachines("none", "small", "total_time", seed));
      rows.add(inMachines("epml", "small", "total_time", 2 * seed));
    }
    rows.add(inMachines("none", "small:5vms", "total_time", 12));
    rows.add(inMachines("epml", "small:5vms", "total_time", 30));
    assertThat(of(results(rows), "figure11"))
        .filteredOn(row -> row.technique().equals("epml"))
        .extracting(Row::configuration, Row::metric, Row::value)
        .containsExactly(
            tuple("1", "total_time", "20"),
            tuple("1", "total_time.spread", "20"),
            tuple("1", "total_time_over_untracked", "2"),
            tuple("5", "total_time", "30"),
            tuple("5", "total_time_over_untracked", "2.5"));
    Experiment whole =
        Experiments.of(Plan.whole(), Published.load()).stream()
            .filter(experiment -> experiment.name().equals("figure11"))
            .findFirst()
            .orElseThrow();
    assertThat(whole.method()).contains("one seed, the first").contains(".spread, of 5 seeds");
  }

  @Test
  void theCheckpointedApplicationIsSetAgainstItselfAlone() {
    List<Row> rows = new ArrayList<>();
    for (double seed : new double[] {100, 200}) {
      rows.add(row("checkpoint", "none", "baby", "alone_total_time", seed));
      rows.add(row("checkpoint", "epml", "baby", "tracked_total_time", seed + 50));
    }
    assertThat(of(results(rows), "figure9"))
        .extracting(Row::technique, Row::metric, Row::value)
        .containsExactly(
            tuple("none", "seeds", "2"),
            tuple("none", "tracked_total_time", "150"),
            tuple("none", "tracked_total_time.spread", "50"),
            tuple("epml", "seeds", "2"),
            tuple("epml", "tracked_total_time", "200"),
            tuple("epml", "tracked_total_time.spread", "50"),
            tuple("epml", "tracked_total_time_over_untracked", "1.375"),
            tuple("epml", "tracked_total_time_over_untracked.spread", "0.125"),
            tuple("epml", "impact", "50"));
  }

  @Test
  void ratiosToTheUntrackedRunHaveASpread() {
    List<Row> rows = new ArrayList<>();
    for (double seed : new double[] {100, 200}) {
      rows.add(inMachines("none", "small", "total_time", seed));
      rows.add(inMachines("epml", "small", "total_time", seed + 50));
    }
    assertThat(of(results(rows), "figure6"))
        .extracting(Row::metric, Row::value)
        .containsExactly(
            tuple("total_time_over_untracked", "1.375"),
            tuple("total_time_over_untracked.spread", "0.125"));
  }

  private static Row inMachines(String technique, String place, String metric, double value) {
    return new Row(
        "gc", "virtual", technique, "histogram", place, metric, Row.number(value), "sim_ms");
  }

  @Test
  void wholeEvaluationHasAllFiveEnginesAndAQuickOneBaby() {
    List<String> engines = List.of("baby", "cache", "stdhash", "stdtree", "tiny");
    List<Row> rows =
        engines.stream()
            .map(engine -> row("checkpoint", "epml", engine, "complete_time", 1))
            .toList();
    assertThat(of(results(Plan.whole(), rows), "figure8"))
        .extracting(Row::application)
        .containsExactlyElementsOf(engines);
    assertThat(of(results(rows), "figure8")).extracting(Row::application).containsExactly("baby");
    assertThat(Plan.whole().of(List.of("small")).engines()).containsExactlyElementsOf(engines);
  }

  @Test
  void headlineIsTheLargestRatioAndSaysWhere() {
    List<Result> results =
        results(
            List.of(
                row("checkpoint", "epml", "baby", "complete_time", 10),
                row("checkpoint", "spml", "baby", "complete_time", 130),
                row("checkpoint", "epml", "pca", "complete_time", 10),
                row("checkpoint", "spml", "pca", "complete_time", 20)));
    assertThat(of(results, "answers"))
        .filteredOn(row -> row.metric().equals("criu_speedup_over_spml"))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.value()).isEqualTo("13");
              assertThat(row.application()).isEqualTo("baby");
            });
  }

  @Test
  void seedsAreAveragedAndTheirSpreadIsTold() {
    List<Result> results =
        results(
            List.of(
                row("checkpoint", "epml", "baby", "complete_time", 10),
                row("checkpoint", "epml", "baby", "complete_time", 14)));
    assertThat(of(results, "figure8"))
        .extracting(Row::metric, Row::value)
        .containsExactly(tuple("complete_time", "12"), tuple("complete_time.spread", "2"));
    assertThat(results.stream().filter(r -> r.experiment().name().equals("figure8")))
        .flatExtracting(Result::charts)
        .singleElement()
        .satisfies(chart -> assertThat(chart.spread().get("epml")).containsExactly(2));
  }

  @Test
  void publishedValuesStandBesideSimulatedOnesWithTheirError() {
    Row half = new Row("micro", "virtual", "uffd", "array", "1024", "tracked_slowdown", "7.5", "x");
    List<Result> results = results(List.of(half));
    String page =
        HtmlReport.of(
            Map.of("version", "1 < 2"), results, Map.of(), Published.load(), Optional.empty());
    assertThat(page)
        .contains("7.500 <small>published 15, -50 %, circular</small>")
        .contains("Circular, as an input was derived from it: Figure 4 and the abstract</small>")
        .contains("1 &lt; 2");
  }

  @Test
  void whatIsInputIsNoResult() {
    Row price =
        new Row("micro", "virtual", "procfs", "array", "1024", "time.M16", "1782.561", "sim_ms");
    Row whole = new Row("micro", "virtual", "spml", "array", "1024", "tracked_slowdown", "66", "x");
    List<Result> results = results(List.of(price, whole));
    String page = HtmlReport.of(Map.of(), results, Map.of(), Published.load(), Optional.empty());
    assertThat(page)
        .contains("594.2 <small>input 594.2, +0 %</small>")
        .contains("Input of the model, so that agreement checks counts alone: Table IVb</small>")
        .contains("66 <small>published 66, +0 %</small>")
        .contains("Published in: Figure 4 and the abstract</small>");
    assertThat(section(page, "table1")).contains("That uffd agrees is circular");
    assertThat(section(page, "figure4")).contains("That uffd agrees is circular");
  }

  private static String section(String page, String name) {
    String rest = page.substring(page.indexOf("<section id=\"" + name + "\">"));
    return rest.substring(0, rest.indexOf("</section>"));
  }

  @Test
  void comparisonTellsWhatDiffers() {
    Row same = row("figure8", "epml", "baby", "complete_time", 10);
    Row now = row("figure8", "spml", "baby", "complete_time", 30);
    Row then = row("figure8", "spml", "baby", "complete_time", 20);
    Row gone = row("figure8", "spml", "pca", "complete_time", 20);
    Comparison comparison = Comparison.of(List.of(same, now), "there", List.of(gone, then, same));
    assertThat(comparison.summary())
        .isEqualTo("1 figures are the same, 1 differ, 0 are only here, 1 only there.");
    assertThat(comparison.html()).contains("<td>30</td><td>20</td><td>+50.00 %</td>");
  }
}
