package dev.ooh.cli;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * One figure.
 *
 * @param experiment the command that measured it
 * @param substrate where the memory lived
 * @param technique {@code none} for the untracked baseline
 * @param application what ran
 * @param configuration on what
 * @param metric what was measured
 * @param value the figure, as {@link #number} writes it; a checksum may be text
 * @param unit {@code sim_ms} for simulated milliseconds, {@code ms} for measured ones, {@code
 *     pages}, {@code x}, …
 */
public record Row(
    String experiment,
    String substrate,
    String technique,
    String application,
    String configuration,
    String metric,
    String value,
    String unit) {

  /** A plain decimal of at most nine significant digits, without trailing zeros. */
  public static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(9)).stripTrailingZeros();
    return rounded.signum() == 0 ? "0" : rounded.toPlainString();
  }
}
