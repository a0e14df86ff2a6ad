package dev.ooh.cli.calibrate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The costs by size, from arrays of several. */
final class ArrayCosts {
  private static final Samples NOTHING = Samples.of(0.0);

  private final List<Integer> megabytes;
  private final List<ArrayTimes> times;

  /**
   * @param times by size, as {@code megabytes}
   */
  ArrayCosts(List<Integer> megabytes, List<ArrayTimes> times) {
    this.megabytes = List.copyOf(megabytes);
    this.times = List.copyOf(times);
  }

  /**
   * What could be measured.
   *
   * @param systemCall microseconds of M1, which is counted with each fault of M6 and so no part of
   *     it
   */
  List<Cost> all(double systemCall) {
    List<Cost> costs = new ArrayList<>();
    costs.add(
        cost(
            ProfileEvent.M5,
            ArrayTimes::asynchronous,
            ArrayTimes::untracked,
            0,
            "first store to a page armed asynchronously (PAGEMAP_SCAN; WP_ASYNC) less W0"));
    if (times.stream().allMatch(each -> each.synchronous().isPresent())) {
      costs.add(
          cost(
              ProfileEvent.M6,
              each -> each.synchronous().orElseThrow(),
              ArrayTimes::asynchronous,
              systemCall,
              "first store to a page protected by a synchronous userfaultfd with its share of"
                  + " drain and protection less W0; M5 and M1"));
    }
    costs.add(
        cost(
            ProfileEvent.M15,
            ArrayTimes::dirtyScan,
            ArrayTimes::cleanScan,
            0,
            "PAGEMAP_SCAN that arms a written page anew less M16"));
    costs.add(
        cost(
            ProfileEvent.M16,
            ArrayTimes::cleanScan,
            each -> NOTHING,
            0,
            "PAGEMAP_SCAN of a page that was not written"));
    costs.add(
        cost(
            ProfileEvent.W0,
            ArrayTimes::untracked,
            each -> NOTHING,
            0,
            "store to each page in turn without tracking"));
    return costs;
  }

  private Cost cost(
      ProfileEvent event,
      Function<ArrayTimes, Samples> with,
      Function<ArrayTimes, Samples> without,
      double lessMicroseconds,
      String how) {
    List<Double> microseconds = new ArrayList<>();
    List<Double> spread = new ArrayList<>();
    for (int i = 0; i < times.size(); i++) {
      Samples more = with.apply(times.get(i));
      Samples less = without.apply(times.get(i));
      double each = Cost.microseconds(more, less, event.countAt(megabytes.get(i)));
      microseconds.add(Math.max(0, each - lessMicroseconds));
      spread.add(Cost.spread(more, less));
    }
    return new Cost(event, microseconds, spread, Cost.measured(how, with.apply(times.getFirst())));
  }
}
