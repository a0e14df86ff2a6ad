package dev.ooh.cli.plot;

import java.util.Map;

/**
 * A chart of single points, such as pauses over time, whatever draws it.
 *
 * @param logarithmic the vertical axis
 * @param series by name
 */
public record PointChart(
    String title,
    String horizontal,
    String vertical,
    boolean logarithmic,
    Map<String, Points> series) {
  /** As many of one as of the other. */
  public record Points(double[] horizontal, double[] vertical) {}
}
