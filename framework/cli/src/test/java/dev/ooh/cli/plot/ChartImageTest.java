package dev.ooh.cli.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.awt.GraphicsEnvironment;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChartImageTest {
  @BeforeAll
  static void fonts() {
    try {
      GraphicsEnvironment.getLocalGraphicsEnvironment().getAvailableFontFamilyNames();
    } catch (Error | RuntimeException e) {
      abort("needs fontconfig and a font, such as Debian's fonts-dejavu-core: " + e);
    }
  }

  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void drawsWhateverThereIs(boolean bars, boolean logarithmic) throws Exception {
    Map<String, double[]> series = new LinkedHashMap<>();
    series.put("all", new double[] {0.001, 1, 70_000});
    series.put("some", new double[] {0, 1, Double.NaN});
    series.put("zeros", new double[3]);
    series.put("nothing", new double[] {Double.NaN, Double.NaN, Double.NaN});
    ChartImage image =
        new ChartImage(
            new Chart(
                "title", "places", "x", bars, logarithmic, List.of("a", "b", "c <small>"), series));
    assertThat(new String(image.svg(), StandardCharsets.UTF_8))
        .contains("<svg")
        .endsWith("</svg>\n");
    assertThat(new String(image.pdf(), StandardCharsets.ISO_8859_1)).startsWith("%PDF-");
  }

  @Test
  void drawsPoints() throws Exception {
    PointChart.Points points =
        new PointChart.Points(new double[] {0.5, 1, 1.5}, new double[] {3, 0.01, 7});
    PointChart.Points none = new PointChart.Points(new double[0], new double[0]);
    for (boolean logarithmic : new boolean[] {true, false}) {
      ChartImage image =
          new ChartImage(
              new PointChart(
                  "pauses", "s", "ms", logarithmic, Map.of("epml", points, "uffd", none)));
      assertThat(new String(image.svg(), StandardCharsets.UTF_8)).contains("<svg");
    }
  }
}
