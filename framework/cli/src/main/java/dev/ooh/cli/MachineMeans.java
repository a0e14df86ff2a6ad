package dev.ooh.cli;

import dev.ooh.tracking.facility.VirtualHost.Usage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** Makes one row of the rows that several machines have of a metric: the mean. */
final class MachineMeans {
  private static final String SIMULATED = "sim_ms";

  /** By everything but the value, in the order in which they came. */
  private final Map<Row, List<String>> values = new LinkedHashMap<>();

  /** Those that are no numbers. */
  private final Set<Row> texts = new HashSet<>();

  void number(Row row) {
    values.computeIfAbsent(withValue(row, ""), key -> new ArrayList<>()).add(row.value());
  }

  void text(Row row) {
    texts.add(withValue(row, ""));
    number(row);
  }

  /**
   * The means over all machines; text must be the same for all that have it.
   *
   * @param usages of the host, one for each machine
   * @throws CommandException naming text that differs
   */
  List<Row> rows(List<Usage> usages) throws CommandException {
    List<Row> rows = new ArrayList<>();
    for (Map.Entry<Row, List<String>> entry : values.entrySet()) {
      Row key = entry.getKey();
      List<String> found = entry.getValue();
      String value = texts.contains(key) ? same(key, found) : mean(found, usages.size());
      rows.add(named(withValue(key, value), usages));
    }
    if (!rows.isEmpty()) {
      Row like = rows.getFirst();
      rows.add(of(like, "ran_time", usages, Usage::ranMillis, SIMULATED));
      rows.add(of(like, "waited_time", usages, Usage::waitedMillis, SIMULATED));
      rows.add(of(like, "vm_switches", usages, Usage::switches, "count"));
    }
    return rows;
  }

  /** Over all machines: one that has no row of a metric has none of what it counts. */
  private static String mean(List<String> found, int machines) {
    return Row.number(found.stream().mapToDouble(Double::parseDouble).sum() / machines);
  }

  private static String same(Row row, List<String> found) throws CommandException {
    if (found.stream().distinct().count() > 1) {
      throw new CommandException(
          "%s of %s under %s: machines have %s, wanted the same of all"
              .formatted(
                  row.metric(), row.application(), row.technique(), String.join(", ", found)));
    }
    return found.getFirst();
  }

  private static Row of(
      Row like, String metric, List<Usage> usages, ToDoubleFunction<Usage> used, String unit) {
    double mean = usages.stream().mapToDouble(used).average().orElse(Double.NaN);
    return new Row(
        like.experiment(),
        like.substrate(),
        like.technique(),
        like.application(),
        like.configuration(),
        metric,
        Row.number(mean),
        unit);
  }

  private static Row named(Row row, List<Usage> usages) {
    return new Row(
        row.experiment(),
        row.substrate(),
        row.technique(),
        row.application(),
        "%s:%dvms".formatted(row.configuration(), usages.size()),
        row.metric(),
        row.value(),
        row.unit());
  }

  private static Row withValue(Row row, String value) {
    return new Row(
        row.experiment(),
        row.substrate(),
        row.technique(),
        row.application(),
        row.configuration(),
        row.metric(),
        value,
        row.unit());
  }
}
