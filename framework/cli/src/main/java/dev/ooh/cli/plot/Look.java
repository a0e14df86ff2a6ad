package dev.ooh.cli.plot;

import java.awt.BasicStroke;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * How a series looks. No two of the first 40 are alike, and none of the first six by its marker or
 * its pattern alone, so that a grey print tells them apart.
 *
 * @param colour of lines, markers and bars; on white
 * @param dashes of lines
 * @param pattern of bars
 */
record Look(PatternColour colour, Marker marker, List<Float> dashes, BarPattern pattern) {
  private static final float WIDTH = 2;

  /**
   * Okabe and Ito's, which the colour-blind tell apart, those that are dark enough on white; and a
   * grey and a wine red. How many there are of each kind has no factor in common with the others
   * beside it, so that combinations come around late.
   */
  private static final List<Integer> COLOURS =
      List.of(0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0x7F7F7F, 0x882255, 0x000000);

  private static final List<Marker> MARKERS =
      List.of(
          SeriesMarkers.CIRCLE,
          SeriesMarkers.SQUARE,
          SeriesMarkers.DIAMOND,
          SeriesMarkers.TRIANGLE_UP,
          SeriesMarkers.CROSS,
          SeriesMarkers.PLUS,
          SeriesMarkers.TRIANGLE_DOWN,
          SeriesMarkers.TRAPEZOID);

  private static final List<List<Float>> DASHES =
      List.of(
          List.of(), List.of(8f, 4f), List.of(2f, 3f), List.of(9f, 3f, 2f, 3f), List.of(14f, 4f));

  /** What looks the same in every chart; other series look as they come. */
  private static final List<String> KNOWN = List.of("procfs", "uffd", "spml", "epml", "none");

  /** The looks of {@code series}, in their order; those of techniques are always the same. */
  static List<Look> of(List<String> series) {
    int[] next = {KNOWN.size()};
    return series.stream()
        .mapToInt(name -> KNOWN.contains(name) ? KNOWN.indexOf(name) : next[0]++)
        .mapToObj(Look::number)
        .toList();
  }

  private static Look number(int number) {
    BarPattern pattern = BarPattern.values()[number % BarPattern.values().length];
    return new Look(
        new PatternColour(COLOURS.get(number % COLOURS.size()), pattern),
        MARKERS.get(number % MARKERS.size()),
        DASHES.get(number % DASHES.size()),
        pattern);
  }

  BasicStroke stroke() {
    if (dashes.isEmpty()) {
      return new BasicStroke(WIDTH);
    }
    float[] lengths = new float[dashes.size()];
    IntStream.range(0, lengths.length).forEach(i -> lengths[i] = dashes.get(i));
    return new BasicStroke(WIDTH, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1, lengths, 0);
  }
}
