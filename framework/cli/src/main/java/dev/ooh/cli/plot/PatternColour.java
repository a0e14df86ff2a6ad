package dev.ooh.cli.plot;

import java.awt.Color;

/** A colour that says with which pattern areas of it are filled. */
final class PatternColour extends Color {
  private static final long serialVersionUID = 1;
  private static final double FLARE = 0.05;

  private final BarPattern pattern;

  PatternColour(int rgb, BarPattern pattern) {
    super(rgb);
    this.pattern = pattern;
  }

  BarPattern pattern() {
    return pattern;
  }

  /** Black or white, whichever stands out more. */
  Color ink() {
    return contrast(this, WHITE) > contrast(this, BLACK) ? WHITE : BLACK;
  }

  /** How far two differ in grey, 1 to 21, by WCAG 2.1; from 3 on shapes can be made out. */
  static double contrast(Color one, Color other) {
    double first = luminance(one) + FLARE;
    double second = luminance(other) + FLARE;
    return Math.max(first, second) / Math.min(first, second);
  }

  /** Relative luminance of sRGB, by the same. */
  private static double luminance(Color colour) {
    return 0.2126 * linear(colour.getRed())
        + 0.7152 * linear(colour.getGreen())
        + 0.0722 * linear(colour.getBlue());
  }

  private static double linear(int channel) {
    double share = channel / 255.0;
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
  }
}
