package dev.ooh.evaluation.figure;

import dev.ooh.cli.plot.Chart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Which price, changed by how much, changes the ranking of techniques. */
final class Sensitivity {
  private static final String NAME = "sensitivity";
  private static final String ARRAY = "array";
  private static final int MOST_LINES = 5;
  private static final double MICROS_IN_MILLI = 1000;

  private final Figures figures;
  private final Sheet sheet = new Sheet(NAME);

  private Sensitivity(Figures figures) {
    this.figures = figures;
  }

  static Experiment experiment() {
    return new Experiment(
        NAME,
        "Which price, changed by how much, changes the ranking of techniques",
        "The techniques are ranked, cheapest first, at each size of the array: by slowdown of the"
            + " tracked program, and by the tracker's time. A technique's time is linear in each"
            + " price, t = a + n·p, with n from the machine's counts; so two neighbours in the"
            + " ranking, A before B, are equal when p is multiplied by"
            + " f = 1 + (t(B) − t(A)) / (n(A)·p − n(B)·p), all other prices as they are. This is"
            + " exact. The price of an event changes for all techniques that have the event. A row"
            + " is “SIZE:EVENT” and a column “A:B”; the smallest change, down or up, comes first."
            + " Where there is no row, no price of 0 or more makes the two equal, be it the same"
            + " count in both, or a price that would have to be negative. The ranking changes first"
            + " at the nearest factor above 1 and below 1 of an event and size; factors farther off"
            + " hold for their pair alone. Events of set-up are left out, and so is the untracked"
            + " pass (W0), which is the same under all. PML-full exits and self-IPIs have no"
            + " published price and cost 0: for them it is the price, in simulated µs, that makes"
            + " two equal. userfaultfd has no tracker's time of its own: it is part of its faults.",
        Plan.array(),
        figures -> new Sensitivity(figures).sheet());
  }

  /** What techniques are ranked by. */
  private enum By {
    SLOWDOWN("slowdown") {
      @Override
      double time(PassCost cost) {
        return cost.tracked();
      }

      @Override
      boolean counts(String technique, String event) {
        return true;
      }
    },
    TRACKER_TIME("tracker_time") {
      @Override
      double time(PassCost cost) {
        return cost.tracker();
      }

      @Override
      boolean counts(String technique, String event) {
        return CostFormulas.TRACKER.getOrDefault(technique, List.of()).contains(event);
      }
    };

    private final String metric;

    By(String metric) {
      this.metric = metric;
    }

    abstract double time(PassCost cost);

    /** Whether the event is part of that time. */
    abstract boolean counts(String technique, String event);
  }

  /** A technique's place in a ranking. */
  private record Ranked(String technique, PassCost cost, By by) {
    double time() {
      return by.time(cost);
    }

    double millis(String event) {
      return by.counts(technique, event) ? cost.millis(event) : 0;
    }

    double count(String event) {
      return by.counts(technique, event) ? cost.count(event) : 0;
    }
  }

  /** What makes two neighbours equal. */
  private record BreakEven(String size, String event, String pair, double value) {
    /** How many times over or under. */
    double change() {
      return Math.max(value, 1 / value);
    }
  }

  private Sheet sheet() {
    for (By by : By.values()) {
      List<BreakEven> factors = new ArrayList<>();
      List<BreakEven> prices = new ArrayList<>();
      for (String size : Plan.SIZES) {
        List<Ranked> ranking = ranking(size, by);
        for (int i = 0; i < ranking.size(); i++) {
          OptionalDouble place = OptionalDouble.of(i + 1);
          sheet.add(ranking.get(i).technique, ARRAY, size, "rank_by_" + by.metric, place, "rank");
        }
        for (int i = 1; i < ranking.size(); i++) {
          compare(size, ranking.get(i - 1), ranking.get(i), factors, prices);
        }
      }
      factors.sort(Comparator.comparingDouble(BreakEven::change));
      prices.sort(Comparator.comparingDouble(BreakEven::value));
      add(factors, by.metric + "_break_even", "x");
      add(prices, by.metric + "_break_even_price", "sim_us");
      chart(by, factors);
    }
    return sheet;
  }

  private List<Ranked> ranking(String size, By by) {
    List<Ranked> ranking = new ArrayList<>();
    for (String technique : Plan.TECHNIQUES) {
      PassCost.of(figures, technique, size)
          .ifPresent(cost -> ranking.add(new Ranked(technique, cost, by)));
    }
    ranking.sort(Comparator.comparingDouble(Ranked::time));
    return ranking;
  }

  private static void compare(
      String size, Ranked ahead, Ranked behind, List<BreakEven> factors, List<BreakEven> prices) {
    String pair = ahead.technique + ":" + behind.technique;
    double gap = behind.time() - ahead.time();
    for (String event : PassCost.PRICED) {
      double factor = 1 + gap / (ahead.millis(event) - behind.millis(event));
      if (Double.isFinite(factor) && factor > 0) {
        factors.add(new BreakEven(size, event, pair, factor));
      }
    }
    for (String event : PassCost.UNPRICED) {
      double price = gap / (ahead.count(event) - behind.count(event));
      if (Double.isFinite(price) && price >= 0) {
        prices.add(new BreakEven(size, event, pair, price * MICROS_IN_MILLI));
      }
    }
  }

  private void add(List<BreakEven> found, String metric, String unit) {
    for (BreakEven one : found) {
      sheet.add(
          one.pair, ARRAY, one.size + ":" + one.event, metric, OptionalDouble.of(one.value), unit);
    }
  }

  /** The smallest change at each size, of the events whose price matters most. */
  private void chart(By by, List<BreakEven> smallestFirst) {
    Map<String, double[]> series = new LinkedHashMap<>();
    for (BreakEven one : smallestFirst) {
      if (!series.containsKey(one.event) && series.size() < MOST_LINES) {
        double[] none = new double[Plan.SIZES.size()];
        Arrays.fill(none, Double.NaN);
        series.put(one.event, none);
      }
      double[] values = series.get(one.event);
      int size = Plan.SIZES.indexOf(one.size);
      if (values != null && Double.isNaN(values[size])) {
        values[size] = one.change();
      }
    }
    sheet.chart(
        new Chart(
            "Smallest change of a price that changes the ranking by " + by.metric.replace('_', ' '),
            "array, MB",
            "times up or down",
            false,
            true,
            Plan.SIZES,
            series));
  }
}
