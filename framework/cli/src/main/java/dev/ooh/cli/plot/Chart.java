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
 */
public record Chart(
    String title,
    String horizontal,
    String vertical,
    boolean bars,
    boolean logarithmic,
    List<String> places,
    Map<String, double[]> series) {}
