package dev.ooh.cli;

import java.util.ArrayList;
import java.util.List;

/** What {@code --sizes} may say: a comma list of whole MB. */
public final class Megabytes {
  private static final int LARGEST = 1 << 20;

  private Megabytes() {}

  /**
   * Reads {@code --sizes}.
   *
   * @param given comma lists
   * @throws UsageException naming the first that is no whole number in range
   */
  public static List<Integer> of(List<String> given) throws UsageException {
    List<Integer> sizes = new ArrayList<>();
    for (String text : SessionOptions.commaLists(given)) {
      sizes.add(size(text, 1, ""));
    }
    return sizes;
  }

  /** As {@link #of}; each is to be larger than the one before. */
  public static List<Integer> ascending(List<String> given) throws UsageException {
    List<Integer> sizes = new ArrayList<>();
    int least = 1;
    for (String text : SessionOptions.commaLists(given)) {
      int size = size(text, least, ", ascending");
      sizes.add(size);
      least = size + 1;
    }
    return sizes;
  }

  private static int size(String text, int least, String order) throws UsageException {
    String digits = text.strip();
    int size = digits.matches("\\d{1,7}") ? Integer.parseInt(digits) : 0;
    if (size < least || size > LARGEST) {
      throw new UsageException(
          "--sizes has '%s', wanted whole MB from 1 to %d%s".formatted(text, LARGEST, order));
    }
    return size;
  }
}
