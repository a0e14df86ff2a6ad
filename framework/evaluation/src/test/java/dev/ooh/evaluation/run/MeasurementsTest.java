package dev.ooh.evaluation.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.ooh.cli.CsvRows;
import dev.ooh.cli.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasurementsTest {
  private static final Measurement USUAL = Measurement.of("micro", "--technique", "spml");
  private static final Measurement RING =
      Measurement.of("micro", "--technique", "spml", "--profile", "kvm-dirty-ring");

  private static final SameCode SAME = new SameCode("1+a", () -> "1+a");

  @TempDir private Path folder;
  private final List<String> said = new ArrayList<>();

  private Measurements ran(Map<Measurement, Map<String, String>> origins) throws Exception {
    for (Map.Entry<Measurement, Map<String, String>> origin : origins.entrySet()) {
      try (CsvRows rows = CsvRows.to(folder.resolve(origin.getKey().name() + ".csv"))) {
        rows.origin(origin.getValue());
        rows.add(new Row("micro", "virtual", "spml", "array", "1", "t", "1", "x"));
        rows.finish();
      }
    }
    return new Measurements(folder, 1, Pricing.USUAL, SAME, said::add);
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
  void nothingIsMeasuredByOtherCode() {
    SameCode built = new SameCode("1+a", () -> "1+b");
    Measurements measurements = new Measurements(folder, 1, Pricing.USUAL, built, said::add);
    assertThatThrownBy(() -> measurements.run(List.of(USUAL)))
        .hasMessage(
            "the bundles changed while they were measured: they are version 1+b, wanted 1+a");
    assertThat(folder).isEmptyDirectory();
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

  @Test
  void aProfileOfOnesOwnPricesWhatAsksForNone() throws Exception {
    Path costs = Files.writeString(folder.resolve("my-costs.csv"), "id,event");
    Pricing pricing = Pricing.of(folder.resolve("my-costs").toString());
    Measurement mine = pricing.of(USUAL);
    assertThat(mine.arguments())
        .endsWith("--profile", folder.resolve("my-costs").toString())
        .startsWith("micro");
    assertThat(pricing.of(RING)).isEqualTo(RING);
    assertThat(Pricing.of("sc22").of(USUAL)).isEqualTo(USUAL);
    assertThat(Pricing.of("zero").of(USUAL).name()).endsWith("_zero");

    // Other contents are other prices, so that nothing is mixed.
    Files.writeString(costs, "id,event,microseconds");
    assertThat(Pricing.of(costs.toString()).of(USUAL).name()).isNotEqualTo(mine.name());
  }

  @Test
  void rowsAtOtherPricesAreCalledAsTheUsualOnes() throws Exception {
    Pricing pricing = Pricing.of("zero");
    ran(Map.of(pricing.of(USUAL), Map.of("price of M1", "nothing")));
    Measurements measurements = new Measurements(folder, 1, pricing, SAME, said::add);
    assertThat(measurements.run(List.of(USUAL)).get(USUAL))
        .extracting(Row::experiment)
        .containsExactly("micro");
    assertThat(measurements.prices(List.of(USUAL)))
        .containsExactly(entry("zero, price of M1", "nothing"));
  }

  @Test
  void whatIsLeftIsToldFromTheStartByWhatRanBefore() throws Exception {
    Measurement small = Measurement.of("gc", "--application", "pca", "--configuration", "small");
    Measurement large = Measurement.of("gc", "--application", "pca", "--configuration", "large");
    Measurements measurements = ran(Map.of(small, Map.of("seed", "1")));
    Files.writeString(
        folder.resolve("durations.txt"),
        small.name() + " 4.000\ncut_short\n" + small.name() + " 3.");
    Thread.currentThread().interrupt(); // before the first run
    assertThatThrownBy(() -> measurements.run(List.of(small, large)))
        .isInstanceOf(InterruptedException.class);
    assertThat(said).first().isEqualTo("evaluate: 1 of 2 runs, about 48 s left");
  }
}
