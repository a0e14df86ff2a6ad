package dev.ooh.evaluation.figure;

import dev.ooh.cli.Row;
import dev.ooh.evaluation.run.RowFile;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code ooh micro} measured on the simulated machine: sizes 1 to 1024, all pages stored to,
 * and up to 100 MB with one page in a hundred. Only what experiments here read was kept.
 */
final class ArrayRows {
  private ArrayRows() {}

  static List<Row> all() throws Exception {
    URI file = ArrayRows.class.getResource("array.csv").toURI();
    return RowFile.read(Path.of(file));
  }

  /**
   * As if an event had cost more: its time times a factor, or, where it had no price, its count
   * times one; slowdowns and the tracker's time with it.
   *
   * @param tracker techniques whose tracker the event is part of
   * @param price simulated ms of an event without a price
   */
  static List<Row> repriced(
      List<Row> rows, String event, double factor, double price, List<String> tracker) {
    List<Row> changed = new ArrayList<>();
    for (Row row : rows) {
      double added = added(rows, row, event, factor, price);
      double value = Double.parseDouble(row.value());
      changed.add(
          switch (row.metric()) {
            case "tracked_slowdown" -> with(row, value + added / find(rows, row, "time.W0"));
            case "tracker_time" ->
                tracker.contains(row.technique()) ? with(row, value + added) : row;
            default -> row;
          });
    }
    return changed;
  }

  private static double added(List<Row> rows, Row of, String event, double factor, double price) {
    return (factor - 1) * find(rows, of, "time." + event)
        + price * find(rows, of, "event." + event);
  }

  private static Row with(Row row, double value) {
    return new Row(
        row.experiment(),
        row.substrate(),
        row.technique(),
        row.application(),
        row.configuration(),
        row.metric(),
        Double.toString(value),
        row.unit());
  }

  private static double find(List<Row> rows, Row like, String metric) {
    return rows.stream()
        .filter(
            row ->
                row.technique().equals(like.technique())
                    && row.configuration().equals(like.configuration())
                    && row.metric().equals(metric))
        .mapToDouble(row -> Double.parseDouble(row.value()))
        .findFirst()
        .orElse(0);
  }
}
