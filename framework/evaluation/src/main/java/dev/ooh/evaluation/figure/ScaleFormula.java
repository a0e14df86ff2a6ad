package dev.ooh.evaluation.figure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A technique's cost of an interval as a function of memory and of the share that is dirtied. */
final class ScaleFormula {
  private static final int PAGES_IN_MEGABYTE = 256;
  private static final int LARGEST = Integer.parseInt(Plan.SIZES.getLast());

  /** What an event's count grows with. */
  enum Per {
    TRACKED_PAGE,
    DIRTIED_PAGE,
    /** Once an interval, and whenever dirtied pages have filled the log. */
    FULL_LOG,
    INTERVAL
  }

  /**
   * By technique and event. Soft-dirty's marks are cleared and read for all pages; EPML clears
   * those of reported ones alone.
   */
  private static final Map<String, Map<String, Per>> GROWTH =
      Map.of(
          "procfs",
          Map.of(
              "M1", Per.TRACKED_PAGE,
              "M15", Per.TRACKED_PAGE,
              "M16", Per.TRACKED_PAGE,
              "M5", Per.DIRTIED_PAGE),
          "uffd",
          Map.of("M1", Per.DIRTIED_PAGE, "M5", Per.DIRTIED_PAGE, "M6", Per.DIRTIED_PAGE),
          "spml",
          Map.of(
              "M17", Per.DIRTIED_PAGE,
              "M18", Per.DIRTIED_PAGE,
              "M1", Per.INTERVAL,
              "M13", Per.INTERVAL,
              "M14", Per.INTERVAL),
          "epml",
          Map.of(
              "M7", Per.FULL_LOG,
              "M8", Per.FULL_LOG,
              "M15", Per.DIRTIED_PAGE,
              "M18", Per.DIRTIED_PAGE,
              "M1", Per.INTERVAL));

  private final Map<String, Per> growth;
  private final Map<Integer, PassCost> passes;

  private ScaleFormula(Map<String, Per> growth, Map<Integer, PassCost> passes) {
    this.growth = new TreeMap<>(growth); // sums are the same at each run
    this.passes = passes;
  }

  /** From passes over all pages; empty unless all sizes were run. */
  static Optional<ScaleFormula> of(Figures figures, String technique) {
    Map<Integer, PassCost> passes = new LinkedHashMap<>();
    for (String size : Plan.SIZES) {
      PassCost.of(figures, technique, size)
          .ifPresent(cost -> passes.put(Integer.parseInt(size), cost));
    }
    return passes.size() == Plan.SIZES.size()
        ? Optional.of(new ScaleFormula(known(GROWTH, technique), passes))
        : Optional.empty();
  }

  /** The events that grow like that, for a reader. */
  static String events(Per per) {
    Map<String, String> byTechnique = new TreeMap<>();
    GROWTH.forEach(
        (technique, events) -> {
          String names =
              events.entrySet().stream()
                  .filter(event -> event.getValue() == per)
                  .map(Map.Entry::getKey)
                  .sorted(
                      (one, other) ->
                          Integer.compare(
                              Integer.parseInt(one.substring(1)),
                              Integer.parseInt(other.substring(1))))
                  .collect(Collectors.joining(", "));
          if (!names.isEmpty()) {
            byTechnique.put(technique, technique + ": " + names);
          }
        });
    return String.join("; ", byTechnique.values());
  }

  /**
   * Simulated ms of an interval; prices beyond the largest size go on log-log.
   *
   * @param dirtied share of all pages, 0 to 1
   */
  double interval(int megabytes, double dirtied) {
    return passes.containsKey(megabytes)
        ? interval(megabytes, dirtied, megabytes)
        : extrapolated(
            megabytes,
            dirtied,
            List.of(Integer.parseInt(Plan.SIZES.get(Plan.SIZES.size() - 2)), LARGEST));
  }

  /** With the prices of a size that was run. */
  double interval(int megabytes, double dirtied, int pricesOf) {
    double sum = 0;
    for (String event : growth.keySet()) {
      sum += count(event, megabytes, dirtied) * price(event, pricesOf);
    }
    return sum;
  }

  /** With prices that go on, on logarithmic axes, from those of two sizes that were run. */
  double extrapolated(int megabytes, double dirtied, List<Integer> from) {
    int below = from.getFirst();
    int above = from.getLast();
    double part = Math.log((double) megabytes / above) / Math.log((double) above / below);
    double sum = 0;
    for (String event : growth.keySet()) {
      double last = price(event, above);
      double before = price(event, below);
      double price = last == 0 || before == 0 ? last : last * Math.pow(last / before, part);
      sum += count(event, megabytes, dirtied) * price;
    }
    return sum;
  }

  private double count(String event, int megabytes, double dirtied) {
    double pages = (double) megabytes * PAGES_IN_MEGABYTE;
    double largest = (double) LARGEST * PAGES_IN_MEGABYTE;
    double written = Math.ceil(pages * dirtied);
    double most = known(passes, LARGEST).count(event);
    return switch (known(growth, event)) {
      case TRACKED_PAGE -> most * pages / largest;
      case DIRTIED_PAGE -> most * written / largest;
      case FULL_LOG -> 1 + Math.floor((most - 1) * written / largest);
      case INTERVAL -> most;
    };
  }

  private double price(String event, int megabytes) {
    PassCost pass = known(passes, megabytes);
    double count = pass.count(event);
    return count == 0 ? 0 : pass.millis(event) / count;
  }

  private static <K, V> V known(Map<K, V> map, K key) {
    return Objects.requireNonNull(map.get(key), () -> "nothing of " + key);
  }
}
