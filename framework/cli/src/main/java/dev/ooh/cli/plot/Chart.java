package dev.ooh.cli.plot;

import java.util.List;
import java.util.Map;

/**
 * A chart over named places, whatever draws it.
 *
 * @param bars groups of bars, one a series; else lines
 * @param places along the horizontal axis
 * @param series by name, a value for each place; NaN for none
 * @param logarithmic the vertical axis
 * @param spread of those series whose values are means, as far up as down; NaN for none
 */
public record Chart(
    String title,
    String horizontal,
    String vertical,
    boolean bars,
    boolean logarithmic,
    List<String> places,
    Map<String, double[]> series,
    Map<String, double[]> spread) {
  /** Of single values. */
  public Chart(
      String title,
      String horizontal,
      String vertical,
      boolean bars,
      boolean logarithmic,
      List<String> places,
      Map<String, double[]> series) {
    this(title, horizontal, vertical, bars, logarithmic, places, series, Map.of());
  }
}
