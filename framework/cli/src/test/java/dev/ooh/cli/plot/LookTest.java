package dev.ooh.cli.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LookTest {
  private static final double LEAST_CONTRAST = 3;

  private static List<String> manySeries() {
    List<String> names = new ArrayList<>(List.of("spml", "spml@kvm-dirty-ring", "none"));
    for (int i = 0; names.size() < 38; i++) {
      names.add("of-ones-own-" + i);
    }
    names.addAll(List.of("procfs", "uffd", "epml"));
    return names;
  }

  @Test
  void noTwoSeriesLookAlike() {
    List<Look> looks = Look.of(manySeries());
    assertThat(looks).extracting(Look::colour, Look::marker).doesNotHaveDuplicates();
    assertThat(looks).extracting(Look::colour, Look::pattern).doesNotHaveDuplicates();
  }

  @Test
  void inGreyTheFirstDifferByMarkerAndPatternAndMostByMarkerAndDashes() {
    List<Look> looks = Look.of(List.of("procfs", "uffd", "spml", "epml", "none", "one's own"));
    assertThat(looks).extracting(Look::marker).doesNotHaveDuplicates();
    assertThat(looks).extracting(Look::pattern).doesNotHaveDuplicates();
    assertThat(Look.of(manySeries().subList(0, 38)))
        .extracting(Look::marker, Look::dashes)
        .doesNotHaveDuplicates();
  }

  @Test
  void techniquesLookTheSameInEveryChart() {
    assertThat(Look.of(List.of("none", "epml")).getLast())
        .isEqualTo(Look.of(List.of("mine", "epml", "spml")).get(1));
  }

  @Test
  void coloursStandOutFromPaperAndPatternsFromTheirColour() {
    for (Look look : Look.of(manySeries())) {
      PatternColour colour = look.colour();
      assertThat(PatternColour.contrast(colour, Color.WHITE)).isGreaterThan(LEAST_CONTRAST);
      assertThat(PatternColour.contrast(colour, colour.ink())).isGreaterThan(LEAST_CONTRAST);
    }
    assertThat(PatternColour.contrast(Color.BLACK, Color.WHITE)).isEqualTo(21);
  }

  @ParameterizedTest
  @EnumSource(BarPattern.class)
  void patternsStayWithinTheirBar(BarPattern pattern) {
    for (double width : new double[] {2, 7, 40}) {
      Rectangle2D bar = new Rectangle2D.Double(100, 50, width, 90);
      Path2D lines = pattern.over(bar);
      assertThat(points(lines))
          .allMatch(
              point ->
                  point.get(0) >= bar.getMinX() - 1e-9
                      && point.get(0) <= bar.getMaxX() + 1e-9
                      && point.get(1) >= bar.getMinY() - 1e-9
                      && point.get(1) <= bar.getMaxY() + 1e-9);
      if (width > 3) {
        assertThat(points(lines).isEmpty()).isEqualTo(pattern == BarPattern.SOLID);
      }
    }
  }

  @Test
  void patternsDiffer() {
    Rectangle2D bar = new Rectangle2D.Double(0, 0, 20, 20);
    Set<List<List<Double>>> drawn =
        Set.copyOf(
            Arrays.stream(BarPattern.values()).map(pattern -> points(pattern.over(bar))).toList());
    assertThat(drawn).hasSize(BarPattern.values().length);
  }

  private static List<List<Double>> points(Path2D path) {
    List<List<Double>> points = new ArrayList<>();
    double[] at = new double[6];
    for (PathIterator each = path.getPathIterator(null); !each.isDone(); each.next()) {
      each.currentSegment(at);
      points.add(List.of(at[0], at[1]));
    }
    return points;
  }
}
