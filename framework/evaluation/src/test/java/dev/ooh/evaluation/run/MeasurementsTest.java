package dev.ooh.evaluation.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.ooh.cli.CsvRows;
import dev.ooh.cli.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasurementsTest {
  private static final Measurement USUAL = Measurement.of("micro", "--technique", "spml");
  private static final Measurement RING =
      Measurement.of("micro", "--technique", "spml", "--profile", "kvm-dirty-ring");

  @TempDir private Path folder;

  private Measurements ran(Map<Measurement, Map<String, String>> origins) throws Exception {
    for (Map.Entry<Measurement, Map<String, String>> origin : origins.entrySet()) {
      try (CsvRows rows = CsvRows.to(folder.resolve(origin.getKey().name() + ".csv"))) {
        rows.origin(origin.getValue());
        rows.add(new Row("micro", "virtual", "spml", "array", "1", "t", "1", "x"));
        rows.finish();
      }
    }
    return new Measurements(folder, 1, progress -> {});
  }

  @Test
  void theSameRunAtOtherPricesIsAnotherMeasurement() throws Exception {
    Measurements measurements = ran(Map.of(USUAL, Map.of("seed", "1"), RING, Map.of("seed", "1")));
    assertThat(measurements.run(List.of(USUAL, RING)))
        .satisfies(
            rows -> {
              assertThat(rows.get(USUAL)).extracting(Row::experiment).containsExactly("micro");
              assertThat(rows.get(RING))
                  .extracting(Row::experiment)
                  .containsExactly("micro@kvm-dirty-ring");
            });
  }

  @Test
  void pricesKeepTheirSourcesProfileByProfile() throws Exception {
    Map<String, String> paper = new LinkedHashMap<>();
    paper.put("command", "ooh micro: a price of nothing");
    paper.put("price of M1 M3", "Table IVa");
    Measurements measurements =
        ran(Map.of(USUAL, paper, RING, Map.of("price of M18", "[1]: measured")));
    assertThat(measurements.prices(List.of(USUAL, RING)))
        .containsExactly(
            entry("sc22, price of M1 M3", "Table IVa"),
            entry("kvm-dirty-ring, price of M18", "[1]: measured"));
    Files.delete(folder.resolve(RING.name() + ".csv.origin"));
    assertThat(measurements.prices(List.of(USUAL))).hasSize(1);
  }
}
