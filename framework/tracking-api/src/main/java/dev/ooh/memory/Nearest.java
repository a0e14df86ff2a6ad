package dev.ooh.memory;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that somebody may have meant, by Levenshtein's distance. */
public final class Nearest {
  private Nearest() {}

  /** The nearest of {@code known}, where no more than a third of it differs; else empty. */
  public static Optional<String> of(String found, Collection<String> known) {
    return known.stream()
        .filter(name -> distance(found, name) <= Math.max(1, name.length() / 3))
        .min(Comparator.comparingInt(name -> distance(found, name)));
  }

  /** How many letters have to be put in, left out or replaced to make one from the other. */
  static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }
}
