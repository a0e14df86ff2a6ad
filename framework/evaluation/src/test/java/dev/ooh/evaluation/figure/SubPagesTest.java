package dev.ooh.evaluation.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.ooh.cli.Row;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubPagesTest {
  private final List<Row> measured = new ArrayList<>();

  private void run(String command, String technique, String... metrics) {
    for (int i = 0; i < metrics.length; i += 2) {
      measured.add(new Row(command, "", technique, "array", "10", metrics[i], metrics[i + 1], ""));
    }
  }

  private static Experiment experiment() {
    return Experiments.of(Plan.quick(), Published.load()).stream()
        .filter(experiment -> experiment.name().equals("subpages"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void granulesStandBesideCardsOfTheSameSize() {
    run(
        "micro@spp.granule=128",
        "spp",
        "pages_written",
        "7680",
        "bytes_reported",
        "983040",
        "time.W0",
        "30",
        "tracked_slowdown",
        "2",
        "tracker_time",
        "27.696");
    run(
        "micro@write-barrier.card=128",
        "write-barrier",
        "pages_written",
        "7680",
        "bytes_reported",
        "983040",
        "untracked_pass",
        "0.0256",
        "tracked_slowdown",
        "3",
        "tracker_time",
        "0.0768");
    Result result = experiment().result(Figures.of(measured));
    assertThat(result.rows())
        .extracting(Row::technique, Row::configuration, Row::metric, Row::value)
        .containsExactly(
            tuple("spp", "128", "bytes_reported_per_byte", "16"),
            tuple("write-barrier", "128", "bytes_reported_per_byte", "16"),
            tuple("spp", "128", "first_store", "300"),
            tuple("spp", "128", "fetch", "9.232"));
    // What differs from run to run is told, and is no row.
    assertThat(result.notes())
        .containsExactly(
            "Measured here, cards of 128 bytes: a first store took 10.0 ns more, a fetch 0.026 ms.");
  }

  @Test
  void eachSizeIsAMeasurementOfItsOwn() {
    assertThat(experiment().runs())
        .extracting(run -> run.command())
        .doesNotHaveDuplicates()
        .contains("micro@spp.granule=128", "micro@write-barrier.card=4096");
  }
}
