package dev.ooh.evaluation.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ooh.cli.Row;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SensitivityTest {
  /** By event, techniques whose tracker pays for it. */
  private static final Map<String, List<String>> TRACKER =
      Map.of(
          "M14", List.of("spml"),
          "M15", List.of("procfs", "epml"),
          "M16", List.of("procfs"),
          "M17", List.of("spml"),
          "M18", List.of("spml", "epml"));

  private static List<Row> found(List<Row> measured, String metric) {
    return Sensitivity.experiment().result(Figures.of(measured)).rows().stream()
        .filter(row -> row.metric().equals(metric))
        .toList();
  }

  private static void holds(String metric, String total, boolean priced) throws Exception {
    List<Row> measured = ArrayRows.all();
    List<Row> found = found(measured, metric);
    assertThat(found).as(metric).isNotEmpty();
    for (Row row : found) {
      String[] place = row.configuration().split(":");
      double value = Double.parseDouble(row.value());
      List<Row> here =
          measured.stream().filter(other -> other.configuration().equals(place[0])).toList();
      Figures changed =
          Figures.of(
              ArrayRows.repriced(
                  here,
                  place[1],
                  priced ? value : 1,
                  priced ? 0 : value / 1000,
                  TRACKER.getOrDefault(place[1], List.of())));
      String[] pair = row.technique().split(":");
      double one = changed.mean("micro", pair[0], "array", place[0], total).orElseThrow();
      double other = changed.mean("micro", pair[1], "array", place[0], total).orElseThrow();
      assertThat(one).as(row.toString()).isCloseTo(other, within(1e-6 * other));
    }
  }

  @Test
  void aPriceChangedByTheFactorMakesBothEqual() throws Exception {
    holds("slowdown_break_even", "tracked_slowdown", true);
    holds("tracker_time_break_even", "tracker_time", true);
  }

  @Test
  void aPriceForWhatHasNoneMakesBothEqual() throws Exception {
    holds("slowdown_break_even_price", "tracked_slowdown", false);
  }

  @Test
  void theSmallestChangeIsFirst() throws Exception {
    assertThat(found(ArrayRows.all(), "slowdown_break_even"))
        .extracting(
            row -> {
              double factor = Double.parseDouble(row.value());
              return Math.max(factor, 1 / factor);
            })
        .isSorted();
  }

  @Test
  void whatBothPayAlikeChangesNoRanking() throws Exception {
    List<Row> found = found(ArrayRows.all(), "slowdown_break_even");
    // A fault in the kernel (M5) comes once a page in both.
    assertThat(found)
        .filteredOn(row -> row.technique().matches("procfs:uffd|uffd:procfs"))
        .isNotEmpty()
        .extracting(Row::configuration)
        .noneMatch(place -> place.endsWith(":M5"));
  }

  @Test
  void nothingMeasuredHasNothingToRank() {
    assertThat(found(List.of(), "slowdown_break_even")).isEmpty();
  }
}
