package dev.ooh.evaluation.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ooh.cli.Row;
import dev.ooh.evaluation.run.Measurement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompletenessTest {
  private static Experiment experiment() {
    return Experiments.of(Plan.quick(), Published.load()).stream()
        .filter(experiment -> experiment.name().equals("completeness"))
        .findFirst()
        .orElseThrow();
  }

  private static void measured(
      List<Row> rows,
      String technique,
      String application,
      String place,
      int written,
      int reported,
      int lost) {
    rows.add(row(technique, application, place, "pages_written", written));
    rows.add(row(technique, application, place, "pages_reported", reported));
    rows.add(row(technique, application, place, "pages_lost", lost));
  }

  private static Row row(String technique, String app, String place, String metric, int value) {
    return new Row(
        "micro", "virtual", technique, app, place, metric, Integer.toString(value), "pages");
  }

  @Test
  void whatWasWrittenIsSetAgainstWhatWasReported() {
    List<Row> rows = new ArrayList<>();
    measured(rows, "epml", "array", "10", 7680, 7680, 0);
    measured(rows, "epml", "array-huge-pages", "100/1", 768, 76800, 0);
    measured(rows, "all-dirty", "array", "10/1", 78, 7680, 0);
    // 3 of 78 were never reported; 15 others were, though nobody stored to them.
    measured(rows, "spp", "array", "10/1", 78, 90, 3);
    assertThat(experiment().result(Figures.of(rows)).rows())
        .extracting(Row::metric, Row::technique, Row::application, Row::configuration, Row::value)
        .containsExactlyInAnyOrder(
            tuple("pages_written", "epml", "array", "10", "7680"),
            tuple("pages_reported", "epml", "array", "10", "7680"),
            tuple("pages_lost", "epml", "array", "10", "0"),
            tuple("pages_too_many", "epml", "array", "10", "0"),
            tuple("pages_written", "epml", "array-huge-pages", "100/1", "768"),
            tuple("pages_reported", "epml", "array-huge-pages", "100/1", "76800"),
            tuple("pages_lost", "epml", "array-huge-pages", "100/1", "0"),
            tuple("pages_too_many", "epml", "array-huge-pages", "100/1", "76032"),
            tuple("pages_written", "all-dirty", "array", "10/1", "78"),
            tuple("pages_reported", "all-dirty", "array", "10/1", "7680"),
            tuple("pages_lost", "all-dirty", "array", "10/1", "0"),
            tuple("pages_too_many", "all-dirty", "array", "10/1", "7602"),
            tuple("pages_written", "spp", "array", "10/1", "78"),
            tuple("pages_reported", "spp", "array", "10/1", "90"),
            tuple("pages_lost", "spp", "array", "10/1", "3"),
            tuple("pages_too_many", "spp", "array", "10/1", "15"));
  }

  @Test
  void everyTechniqueOfTheMachineIsTried() {
    String runs =
        String.join("; ", experiment().runs().stream().map(Measurement::toString).toList());
    assertThat(runs).contains("procfs,uffd,spml,epml", "spp", "all-dirty", "--huge-pages");
    assertThat(runs).contains("--vcpus 4", "--dirty 1");
  }
}
