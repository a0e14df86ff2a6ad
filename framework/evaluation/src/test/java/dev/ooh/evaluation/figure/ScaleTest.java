package dev.ooh.evaluation.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ooh.cli.Row;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScaleTest {
  private static List<Row> found(List<Row> measured) {
    return Scale.experiment().result(Figures.of(measured)).rows();
  }

  private static double value(List<Row> rows, String technique, String place, String metric) {
    return rows.stream()
        .filter(
            row ->
                row.technique().equals(technique)
                    && row.configuration().equals(place)
                    && row.metric().equals(metric))
        .mapToDouble(row -> Double.parseDouble(row.value()))
        .findFirst()
        .orElseThrow(() -> new AssertionError(technique + " " + place + " " + metric));
  }

  /** What the experiment calls an error is the distance to what the machine's events cost. */
  @Test
  void theErrorIsThatOfTheFormulaAgainstTheMachine() throws Exception {
    List<Row> measured = ArrayRows.all();
    List<Row> found = found(measured);
    int points = 0;
    for (Row row : found) {
      if (!row.metric().equals("interval_formula")) {
        continue;
      }
      points++;
      double events = 0;
      for (String event : PassCost.PRICED) {
        events +=
            Figures.of(measured)
                    .mean("micro", row.technique(), "array", row.configuration(), "time." + event)
                    .orElse(0)
                / ArrayExperiments.PASSES;
      }
      double error = value(found, row.technique(), row.configuration(), "interval_error");
      assertThat(Double.parseDouble(row.value()))
          .as(row.toString())
          .isCloseTo(events * (1 + error / 100), within(1e-5 * events));
    }
    assertThat(points).isEqualTo(Plan.TECHNIQUES.size() * (Plan.SIZES.size() + 4));
  }

  @Test
  void passesOverAllPagesAndSparseOnesComeOutOfTheSameFormula() throws Exception {
    for (Row row : found(ArrayRows.all())) {
      if (row.metric().equals("interval_error")) {
        // Where few pages are stored to, a page has two switches into the kernel, else one.
        double wanted =
            row.technique().equals("uffd") && row.configuration().endsWith("/1") ? 3.5 : 0.1;
        assertThat(Math.abs(Double.parseDouble(row.value()))).as(row.toString()).isLessThan(wanted);
      }
    }
  }

  @Test
  void beyondTheLargestSizePricesGoOnWithTheSlopeOfTheLastTwo() throws Exception {
    List<Row> found = found(ArrayRows.all());
    // Table IVb, M17: 4123 ms for 500 MB, 15738 for 1 GB; all else of SPML's is a thousandth of it.
    double slope = Math.log(15738.0 / 4123) / Math.log(1024.0 / 500);
    double terabyte = 0.01 * 15738 * Math.pow(1024, slope);
    assertThat(value(found, "spml", "1TB", "cores"))
        .isCloseTo(terabyte / 1000, within(0.001 * terabyte / 1000));
    assertThat(value(found, "spml", "1TB", "cores_constant_prices"))
        .isCloseTo(0.01 * 15.738 * 1024, within(0.01));
  }

  @Test
  void machinesAddUp() throws Exception {
    List<Row> found = found(ArrayRows.all());
    for (String technique : Plan.TECHNIQUES) {
      double host = value(found, technique, "1000VMs", "cores");
      assertThat(value(found, technique, "10000hosts", "cores"))
          .isCloseTo(10_000 * host, within(1e-6 * 10_000 * host));
      assertThat(value(found, technique, "1000VMs", "day_cpu"))
          .isCloseTo(24 * host, within(1e-6 * host));
    }
  }

  @Test
  void nothingMeasuredHasNothingToGoOn() {
    assertThat(found(List.of())).isEmpty();
  }
}
