package dev.ooh.criu.heap;

/**
 * Sizes that objects are rounded up to: 16, 24, 32, … 64, then eight between one power of two and
 * the next, so that at most an eighth is lost.
 */
final class SizeClasses {
  /** Larger objects are not rounded. */
  static final int LARGEST = 8192;

  static final int COUNT = index(LARGEST) + 1;
  private static final int SMALLEST = 16;
  private static final int FINE = 64;
  private static final int FINE_STEP = 8;
  private static final int FINE_CLASSES = (FINE - SMALLEST) / FINE_STEP + 1;
  private static final int STEPS_BITS = 3;

  private SizeClasses() {}

  /** The class of objects of {@code bytes}, 1 to {@link #LARGEST}. */
  static int index(int bytes) {
    if (bytes <= FINE) {
      return Math.max(0, (bytes - SMALLEST + FINE_STEP - 1) / FINE_STEP);
    }
    int last = bytes - 1;
    int power = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(last);
    int step = (last >>> (power - STEPS_BITS)) & ((1 << STEPS_BITS) - 1);
    return FINE_CLASSES + ((power - 6) << STEPS_BITS) + step;
  }

  /** What objects of class {@code index} are rounded up to. */
  static int bytes(int index) {
    if (index < FINE_CLASSES) {
      return SMALLEST + index * FINE_STEP;
    }
    int above = index - FINE_CLASSES;
    int power = 6 + (above >>> STEPS_BITS);
    int step = above & ((1 << STEPS_BITS) - 1);
    return (1 << power) + ((step + 1) << (power - STEPS_BITS));
  }
}
