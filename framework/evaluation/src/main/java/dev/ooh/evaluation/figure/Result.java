package dev.ooh.evaluation.figure;

import dev.ooh.cli.Row;
import dev.ooh.cli.plot.Chart;
import java.util.List;

/**
 * What came of an experiment.
 *
 * @param notes what rows can't say: sentences for a reader
 */
public record Result(
    Experiment experiment, List<Row> rows, List<Chart> charts, List<String> notes) {
  public Result {
    rows = List.copyOf(rows);
    charts = List.copyOf(charts);
    notes = List.copyOf(notes);
  }
}
