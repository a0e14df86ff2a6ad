package dev.ooh.cli.plot;

import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/** Lines over a bar, by which bars differ where colours don't show. */
enum BarPattern {
  SOLID(false, false, false, false),
  RISING(true, false, false, false),
  FALLING(false, true, false, false),
  CROSSED(true, true, false, false),
  LEVEL(false, false, true, false),
  UPRIGHT(false, false, false, true);

  private static final double APART = 6;

  private final boolean rising;
  private final boolean falling;
  private final boolean level;
  private final boolean upright;

  BarPattern(boolean rising, boolean falling, boolean level, boolean upright) {
    this.rising = rising;
    this.falling = falling;
    this.level = level;
    this.upright = upright;
  }

  /** Its lines within {@code bar}, as the page has them: downwards is more. */
  Path2D over(Rectangle2D bar) {
    Path2D lines = new Path2D.Double();
    double sum = bar.getWidth() + bar.getHeight();
    for (double at = APART / 2; at < sum; at += APART) {
      if (rising) {
        slanted(lines, bar, at, false);
      }
      if (falling) {
        slanted(lines, bar, at, true);
      }
      if (level && at < bar.getHeight()) {
        line(lines, bar.getMinX(), bar.getMaxY() - at, bar.getMaxX(), bar.getMaxY() - at);
      }
      if (upright && at < bar.getWidth()) {
        line(lines, bar.getMinX() + at, bar.getMinY(), bar.getMinX() + at, bar.getMaxY());
      }
    }
    return lines;
  }

  /** The diagonal that is {@code at} away from a corner, both ways added. */
  private static void slanted(Path2D lines, Rectangle2D bar, double at, boolean mirrored) {
    double left = Math.max(0, at - bar.getHeight());
    double right = Math.min(at, bar.getWidth());
    double from = mirrored ? bar.getMaxX() - left : bar.getMinX() + left;
    double to = mirrored ? bar.getMaxX() - right : bar.getMinX() + right;
    line(lines, from, bar.getMinY() + at - left, to, bar.getMinY() + at - right);
  }

  private static void line(Path2D lines, double x, double y, double toX, double toY) {
    lines.moveTo(x, y);
    lines.lineTo(toX, toY);
  }
}
