package dev.ooh.workloads.engine;

/**
 * Keys and values: numbers as eight decimal digits, {@code %08d}, as the paper's runs of tkrzw use
 * them. In memory their text reads from left to right; compared as numbers they are big-endian,
 * which orders them as text.
 */
public final class KeyText {
  /** One more than the largest number that eight digits hold. */
  public static final long LIMIT = 100_000_000L;

  private KeyText() {}

  /** The text of {@code number}, 0 to {@link #LIMIT} exclusive, comparable as a number. */
  public static long of(long number) {
    int rest = (int) number;
    long text = 0;
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      text |= (long) ('0' + rest % 10) << shift;
      rest /= 10;
    }
    return text;
  }

  /** From comparable to what a little-endian store writes, and back. */
  public static long swap(long text) {
    return Long.reverseBytes(text);
  }
}
