package dev.ooh.evaluation.figure;

import dev.ooh.evaluation.run.Measurement;
import java.util.List;
import java.util.function.Function;

/**
 * One table or figure of the paper.
 *
 * @param name as in rows: {@code table4}, {@code figure7}
 * @param method what it is made of, for a reader: what is input, what is output
 * @param runs what must have run
 * @param maker of the result
 */
public record Experiment(
    String name,
    String title,
    String method,
    List<Measurement> runs,
    Function<Figures, Sheet> maker) {
  /** Makes the table or figure. */
  public Result result(Figures figures) {
    Sheet sheet = maker.apply(figures);
    return new Result(this, sheet.rows(), sheet.charts(), sheet.notes());
  }
}
