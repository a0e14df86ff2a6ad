package dev.ooh.evaluation.figure;

import dev.ooh.cli.Row;
import dev.ooh.cli.plot.Chart;
import java.util.List;

/** What came of an experiment. */
public record Result(Experiment experiment, List<Row> rows, List<Chart> charts) {
  public Result {
    rows = List.copyOf(rows);
    charts = List.copyOf(charts);
  }
}
