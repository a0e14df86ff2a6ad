package dev.ooh.cli.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.awt.GraphicsEnvironment;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
  void barsHaveTheirPatternAndABorder() throws Exception {
    String plain = svg(true, Map.of("procfs", new double[] {1, 2}), Map.of());
    String hatched = svg(true, Map.of("uffd", new double[] {1, 2}), Map.of());
    // Each bar and the legend's: a border, and lines over those that have a pattern.
    assertThat(count(hatched, "<path")).isGreaterThanOrEqualTo(count(plain, "<path") + 3);
    assertThat(plain).contains("<title>a &lt; b</title>");
  }

  @Test
  void aHypervisorsOwnTrackerIsToldApartFromTheProcesss() throws Exception {
    Map<String, double[]> series = new LinkedHashMap<>();
    for (String name : List.of("spml", "epml", "spml@kvm-dirty-ring")) {
      series.put(name, new double[] {1, 2});
    }
    String all = svg(false, series, Map.of());
    series.remove("spml@kvm-dirty-ring");
    assertThat(colours(all)).hasSize(colours(svg(false, series, Map.of())).size() + 1);
  }

  @ParameterizedTest
  @CsvSource({"true,true", "true,false", "false,true", "false,false"})
  void spreadIsDrawn(boolean bars, boolean logarithmic) throws Exception {
    Map<String, double[]> series = Map.of("epml", new double[] {1, Double.NaN, 100});
    Map<String, double[]> spread = Map.of("epml", new double[] {0.5, Double.NaN, 0});
    String with = svg(bars, logarithmic, series, spread);
    assertThat(with).isNotEqualTo(svg(bars, logarithmic, series, Map.of()));
    assertThat(with).doesNotContain("NaN", "Infinity");
  }

  private static String svg(
      boolean bars, Map<String, double[]> series, Map<String, double[]> spread) throws Exception {
    return svg(bars, false, series, spread);
  }

  private static String svg(
      boolean bars, boolean logarithmic, Map<String, double[]> series, Map<String, double[]> spread)
      throws Exception {
    List<String> places =
        List.of("a", "b", "c").subList(0, Map.copyOf(series).values().iterator().next().length);
    Chart chart = new Chart("a < b", "", "x", bars, logarithmic, places, series, spread);
    return new String(new ChartImage(chart).svg(), StandardCharsets.UTF_8);
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }

  private static Set<String> colours(String svg) {
    return Pattern.compile("(fill|stroke):[^;\"]+")
        .matcher(svg)
        .results()
        .map(MatchResult::group)
        .map(found -> found.substring(found.indexOf(':')))
        .collect(Collectors.toSet());
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
