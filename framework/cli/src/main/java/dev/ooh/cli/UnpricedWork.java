package dev.ooh.cli;

import dev.ooh.tracking.TechniqueStatistics;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.List;
import java.util.Map;

/**
 * What a technique did on a simulated machine that no cost profile has a price for, so that its
 * simulated cost is too low.
 *
 * @param technique what did it
 * @param where the program or the size, for the reader of the note
 * @param accesses how often it accessed the tracked memory itself; 0 if nothing at all that has a
 *     price was counted
 */
public record UnpricedWork(String technique, String where, long accesses) {
  /** What techniques do by the machine's means: set-up is no part of a tracking cost. */
  private static final List<String> PRICED =
      List.of("M1", "M5", "M6", "M7", "M8", "M13", "M14", "M15", "M16", "M17", "M18");

  /** The technique that finds nothing out, for which no price is due. */
  private static final String FINDS_NOTHING_OUT = "all-dirty";

  /**
   * Looks at what was counted while {@code technique} gathered.
   *
   * @param costs whose profile may price even accesses
   * @param written pages that were written meanwhile
   * @return one or none
   */
  public static List<UnpricedWork> in(
      SimulatedCosts costs,
      TechniqueStatistics counted,
      String technique,
      String where,
      long written) {
    long accesses = counted.get(SimulatedCosts.TRACKER_ACCESS);
    if (accesses > 0 && costs.price(onlyAccesses(accesses)).tracker() > 0) {
      return List.of();
    }
    boolean nothingPriced = PRICED.stream().allMatch(id -> counted.get(id) == 0);
    boolean gathers =
        !technique.equals(SessionOptions.NONE) && !technique.equals(FINDS_NOTHING_OUT);
    return accesses > 0 || (gathers && written > 0 && nothingPriced)
        ? List.of(new UnpricedWork(technique, where, accesses))
        : List.of();
  }

  private static TechniqueStatistics onlyAccesses(long accesses) {
    return TechniqueStatistics.of(Map.of(SimulatedCosts.TRACKER_ACCESS, accesses));
  }

  /** One line for below a table. */
  public String note() {
    String what =
        accesses > 0
            ? "its %d accesses to the tracked memory have no price".formatted(accesses)
            : "nothing that it did has a price";
    return "unpriced: %s, %s: %s, so its cost is too low".formatted(technique, where, what);
  }
}
