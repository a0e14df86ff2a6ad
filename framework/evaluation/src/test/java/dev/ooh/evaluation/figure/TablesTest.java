package dev.ooh.evaluation.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ooh.cli.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The paper's tables, from an array that was measured. */
class TablesTest {
  private static final String LARGEST = "1024";

  private static Experiment experiment(Plan plan, String name) {
    return Experiments.of(plan, Published.load()).stream()
        .filter(experiment -> experiment.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<Row> rows(String name) throws Exception {
    return experiment(Plan.quick(), name).result(Figures.of(ArrayRows.all())).rows();
  }

  private static OptionalDouble value(
      List<Row> rows, String technique, String application, String place, String metric) {
    return rows.stream()
        .filter(
            row ->
                row.technique().equals(technique)
                    && row.application().equals(application)
                    && row.configuration().equals(place)
                    && row.metric().equals(metric))
        .mapToDouble(row -> Double.parseDouble(row.value()))
        .findFirst();
  }

  private static double array(List<Row> rows, String technique, String metric) {
    return value(rows, technique, "array", LARGEST, metric)
        .orElseThrow(() -> new AssertionError(technique + " has no " + metric));
  }

  @Test
  void everyCostThatIsFixedIsShownAsInputAndComparedWhereItOccurs() throws Exception {
    List<Row> rows = rows("table4");
    assertThat(rows)
        .filteredOn(row -> row.metric().equals("fixed_cost_input"))
        .extracting(Row::configuration)
        .containsExactly("M1", "M3", "M4", "M7", "M8", "M9", "M10", "M11", "M12", "M13", "CP");
    assertThat(value(rows, "input", "event", "M10", "fixed_cost_input")).hasValue(5878);
    assertThat(value(rows, "procfs", "event", "M1", "fixed_cost").orElseThrow())
        .isCloseTo(0.315, within(1e-6));
    assertThat(value(rows, "epml", "event", "M7", "fixed_cost").orElseThrow())
        .isCloseTo(0.936, within(1e-6));
    // Part of M3: it happens, and has no cost of its own.
    assertThat(value(rows, "epml", "event", "M10", "fixed_cost")).isEmpty();
    assertThat(array(rows, "epml", "setup_time")).isEqualTo(8.467);
  }

  @Test
  void theUntrackedPassIsThere() throws Exception {
    assertThat(array(rows("table4"), "none", "W0")).isCloseTo(240.4, within(1e-6));
    Published published = Published.load();
    assertThat(published.value("table4", "none", "array", LARGEST, "W0")).hasValue(240.4);
    assertThat(published.role("table4", "none", "array", LARGEST, "W0"))
        .contains(Published.Role.CIRCULAR);
  }

  @Test
  void thePapersFormulaOfEpmlHasNoReArming() throws Exception {
    List<Row> rows = rows("table3");
    assertThat(array(rows, "epml", "tracker_formula")).isCloseTo(0.671, within(1e-6));
    assertThat(array(rows, "epml", "tracker_formula_own")).isCloseTo(2.905, within(1e-6));
    assertThat(array(rows, "epml", "tracker_simulated")).isCloseTo(2.905, within(1e-6));
    assertThat(value(rows, "spml", "array", LARGEST, "tracker_formula_own")).isEmpty();
  }

  @Test
  void everyTechniqueHasItsTrackerItsImpactAndTheWhole() throws Exception {
    List<Row> rows = rows("table3");
    assertThat(array(rows, "uffd", "tracker_formula")).isZero();
    assertThat(array(rows, "uffd", "tracker_simulated")).isZero();
    // One M13 a pass; 586 M7 and as many M8.
    assertThat(array(rows, "spml", "impact_formula")).isCloseTo(0.0003, within(1e-9));
    assertThat(array(rows, "epml", "impact_formula"))
        .isCloseTo(586 * (0.936 + 0.801) / 1000, within(1e-9));
    for (String technique : Plan.TECHNIQUES) {
      assertThat(array(rows, technique, "whole_formula"))
          .isCloseTo(
              240.4
                  + array(rows, technique, "tracker_formula")
                  + array(rows, technique, "impact_formula"),
              within(1e-6));
      double whole = array(rows, technique, "whole_simulated");
      assertThat(whole)
          .isCloseTo(
              240.4
                  + array(rows, technique, "tracker_simulated")
                  + array(rows, technique, "impact_simulated"),
              within(1e-4));
      assertThat(array(rows, technique, "whole_formula"))
          .as("%s: what the formula leaves out", technique)
          .isCloseTo(whole, within(0.03 * whole));
    }
  }

  @Test
  void fullLogsAndInterruptsAreAmongTheEvents() throws Exception {
    List<Row> rows = rows("table5");
    assertThat(array(rows, "spml", "pml.full.exit")).isEqualTo(1533);
    assertThat(array(rows, "epml", "self.ipi")).isEqualTo(1755);
    assertThat(value(rows, "procfs", "array", LARGEST, "self.ipi")).isEmpty();
  }

  private static Row measured(
      String command, String technique, String application, String metric, double value) {
    return new Row(
        command, "virtual", technique, application, "small", metric, Row.number(value), "");
  }

  @Test
  void residentMemoryIsSetBesideThePapers() {
    List<Row> measured = new ArrayList<>();
    measured.add(measured("gc", "none", "histogram", "heap_mb", 104));
    measured.add(measured("checkpoint", "epml", "baby", "pages_written", 32_000));
    measured.add(measured("checkpoint", "epml", "baby", "pages_skipped_parent", 32_000));
    List<Row> rows = experiment(Plan.quick(), "table2").result(Figures.of(measured)).rows();
    assertThat(value(rows, "collector", "histogram", "small", "resident_mb")).hasValue(104);
    assertThat(value(rows, "checkpointer", "baby", "small", "resident_mb")).hasValue(250);
    Published published = Published.load();
    int held = 0;
    for (String application :
        List.of(
            "gcbench",
            "histogram",
            "kmeans",
            "matrix_multiply",
            "pca",
            "string_match",
            "word_count",
            "baby",
            "cache",
            "stdhash",
            "stdtree",
            "tiny")) {
      for (String configuration : List.of("small", "medium", "large")) {
        held +=
            published
                    .value("table2", "collector", application, configuration, "resident_mb")
                    .isPresent()
                ? 1
                : 0;
      }
    }
    assertThat(held).isEqualTo(36);
  }

  @Test
  void writingAPageOfACheckpointIsSetBesideWhatItsPriceWasDerivedFrom() {
    List<Row> measured = new ArrayList<>();
    measured.add(measured("checkpoint", "epml", "baby", "memory_write_time", 19));
    measured.add(measured("checkpoint", "epml", "baby", "pages_written", 10_000));
    List<Row> rows = experiment(Plan.quick(), "figure7").result(Figures.of(measured)).rows();
    assertThat(value(rows, "epml", "baby", "small", "write_time_a_page").orElseThrow())
        .isCloseTo(1.9, within(1e-9));
    Published published = Published.load();
    assertThat(published.value("figure7", "epml", "baby", "large", "memory_write_time"))
        .hasValue(251);
    assertThat(published.role("figure7", "epml", "baby", "large", "memory_write_time"))
        .contains(Published.Role.CIRCULAR);
  }
}
