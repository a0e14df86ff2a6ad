package dev.ooh.evaluation.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ooh.cli.Row;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswersTest {
  private final List<Row> measured = new ArrayList<>();

  private void add(
      String command, String technique, String application, String place, String metric, double v) {
    measured.add(
        new Row(command, "virtual", technique, application, place, metric, Row.number(v), ""));
  }

  private void checkpoint(String technique, String application, String metric, double value) {
    add("checkpoint", technique, application, "small", metric, value);
  }

  private void collected(
      String technique,
      String application,
      double total,
      double initial,
      double first,
      double rest) {
    add("gc", technique, application, "small", "total_time", total);
    add("gc", technique, application, "small", "gc_cycles", rest > 0 ? 5 : 1);
    add("gc", technique, application, "small", "gc_time_initial_cycle", initial);
    add("gc", technique, application, "small", "gc_time_first_cycle", first);
    add("gc", technique, application, "small", "gc_time_other_cycles", rest);
  }

  private Result answers(Plan plan) {
    return Experiments.of(plan, Published.load()).stream()
        .filter(experiment -> experiment.name().equals("answers"))
        .findFirst()
        .orElseThrow()
        .result(Figures.of(measured));
  }

  private List<Row> headlines() {
    return answers(Plan.quick()).rows().stream()
        .filter(row -> !row.metric().contains(".each"))
        .toList();
  }

  @Test
  void speedsUpTheCheckpointerWhereItIsLargest() {
    for (String[] row :
        new String[][] {
          {"epml", "10", "10"}, {"spml", "130", "20"}, {"procfs", "20", "40"},
        }) {
      checkpoint(row[0], "baby", "complete_time", Double.parseDouble(row[1]));
      checkpoint(row[0], "pca", "complete_time", Double.parseDouble(row[2]));
    }
    assertThat(headlines())
        .extracting(Row::metric, Row::application, Row::configuration, Row::value)
        .containsExactly(
            tuple("criu_speedup_over_spml", "baby", "small", "13"),
            tuple("criu_speedup_over_procfs", "pca", "small", "4"));
  }

  @Test
  void speedsUpTheCollectorAndSaysWhichApplicationsHaveNoRatio() {
    collected("none", "gcbench", 100, 20, 20, 20);
    collected("epml", "gcbench", 70, 20, 4, 6);
    collected("spml", "gcbench", 120, 20, 30, 30);
    collected("procfs", "gcbench", 80, 20, 8, 12);
    for (String technique : List.of("none", "epml", "spml", "procfs")) {
      collected(technique, "kmeans", 50, 0, 0, 0);
    }
    assertThat(headlines())
        .filteredOn(row -> row.metric().startsWith("boehm"))
        .extracting(Row::metric, Row::application, Row::value)
        .containsExactly(
            tuple("boehm_speedup_over_spml", "gcbench", "6"),
            tuple("boehm_speedup_over_procfs", "gcbench", "2"));
    assertThat(answers(Plan.quick()).notes())
        .singleElement()
        .asString()
        .contains("kmeans small (cycles: 1)")
        .doesNotContain("gcbench");
  }

  @Test
  void shrinksTheOverheadOnTheArrayUnderTheCheckpointerAndUnderTheCollector() {
    for (String[] row :
        new String[][] {
          {"epml", "1.01", "1.1"}, {"spml", "1.64", "9"}, {"procfs", "1.08", "5"},
        }) {
      add("micro", row[0], "array", "1", "tracked_slowdown", Double.parseDouble(row[1]));
      add("micro", row[0], "array", "10", "tracked_slowdown", Double.parseDouble(row[2]));
    }
    checkpoint("none", "baby", "alone_total_time", 100);
    checkpoint("epml", "baby", "tracked_total_time", 110);
    checkpoint("spml", "baby", "tracked_total_time", 300);
    checkpoint("procfs", "baby", "tracked_total_time", 150);
    // By itself 40, as three cycles of the untracked run are the collector's.
    collected("none", "pca", 100, 20, 20, 20);
    collected("epml", "pca", 50, 1, 1, 1);
    collected("spml", "pca", 140, 1, 1, 1);
    collected("procfs", "pca", 70, 1, 1, 1);
    assertThat(headlines())
        .filteredOn(row -> row.metric().startsWith("overhead"))
        .extracting(Row::metric, Row::application, Row::configuration, Row::value)
        .containsExactly(
            tuple("overhead_shrinkage_array_over_spml", "array", "10", "80"),
            tuple("overhead_shrinkage_criu_over_spml", "baby", "small", "20"),
            tuple("overhead_shrinkage_boehm_over_spml", "pca", "small", "10"),
            tuple("overhead_shrinkage_array_over_procfs", "array", "10", "40"),
            tuple("overhead_shrinkage_criu_over_procfs", "baby", "small", "5"),
            tuple("overhead_shrinkage_boehm_over_procfs", "pca", "small", "3"));
    assertThat(answers(Plan.quick()).rows())
        .filteredOn(row -> row.metric().equals("overhead_shrinkage_array_over_procfs.each"))
        .extracting(Row::configuration, Row::value)
        .containsExactly(tuple("1", "8"), tuple("10", "40"));
  }

  @Test
  void everyHeadlineStandsBesideThePapers() {
    Published published = Published.load();
    for (String metric :
        List.of(
            "criu_speedup_over_spml",
            "criu_speedup_over_procfs",
            "boehm_speedup_over_spml",
            "boehm_speedup_over_procfs",
            "overhead_shrinkage_array_over_spml",
            "overhead_shrinkage_array_over_procfs",
            "overhead_shrinkage_criu_over_spml",
            "overhead_shrinkage_criu_over_procfs",
            "overhead_shrinkage_boehm_over_spml",
            "overhead_shrinkage_boehm_over_procfs")) {
      assertThat(published.value("answers", "epml", "pca", "small", metric)).as(metric).isPresent();
    }
  }

  @Test
  void aHeadlineOfSeveralSeedsHasTheSpreadOfItsRatio() {
    checkpoint("epml", "baby", "complete_time", 10);
    checkpoint("epml", "baby", "complete_time", 20);
    checkpoint("spml", "baby", "complete_time", 100);
    checkpoint("spml", "baby", "complete_time", 100);
    assertThat(headlines())
        .extracting(Row::metric, Row::value)
        .containsExactly(
            tuple("criu_speedup_over_spml", "7.5"), tuple("criu_speedup_over_spml.spread", "2.5"));
  }
}
