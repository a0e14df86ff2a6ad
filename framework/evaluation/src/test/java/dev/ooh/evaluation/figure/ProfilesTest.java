package dev.ooh.evaluation.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ooh.cli.Row;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProfilesTest {
  private static void measured(
      List<Row> rows, String command, String technique, double slowdown, double tracker) {
    for (String[] metric :
        new String[][] {
          {"tracked_slowdown", Row.number(slowdown), "x"},
          {"tracker_time", Row.number(3 * tracker), "sim_ms"},
          {"time.W0", "300", "sim_ms"}
        }) {
      rows.add(
          new Row(command, "virtual", technique, "array", "10", metric[0], metric[1], metric[2]));
    }
  }

  @Test
  void theSameTechniqueAtOtherPricesStandsBesideItself() {
    List<Row> rows = new ArrayList<>();
    measured(rows, "micro", "spml", 3, 20);
    measured(rows, "micro", "epml", 1.25, 1);
    measured(rows, "micro@kvm-dirty-ring", "spml", 1.5, 2);
    Result result = Profiles.experiment().result(Figures.of(rows));
    assertThat(result.rows())
        .extracting(Row::technique, Row::configuration, Row::metric, Row::value)
        .containsExactly(
            tuple("spml", "10", "tracked_slowdown", "3"),
            tuple("spml", "10", "tracker_time", "20"),
            tuple("epml", "10", "tracked_slowdown", "1.25"),
            tuple("epml", "10", "tracker_time", "1"),
            tuple("spml@kvm-dirty-ring", "10", "tracked_slowdown", "1.5"),
            tuple("spml@kvm-dirty-ring", "10", "tracker_time", "2"));
    assertThat(result.charts())
        .singleElement()
        .satisfies(
            chart ->
                assertThat(chart.series()).containsOnlyKeys("spml", "epml", "spml@kvm-dirty-ring"));
  }

  @Test
  void whatWasNotRunHasNoRow() {
    assertThat(Profiles.experiment().result(Figures.of(List.of())))
        .satisfies(
            result -> {
              assertThat(result.rows()).isEmpty();
              assertThat(result.charts()).isEmpty();
            });
  }
}
