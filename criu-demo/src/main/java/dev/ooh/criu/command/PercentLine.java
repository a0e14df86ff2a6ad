package dev.ooh.criu.command;

import dev.ooh.cli.Progress;
import java.util.function.DoubleConsumer;

/** Shows how far a program is, once a percent: its fastest thread. For any thread. */
final class PercentLine implements DoubleConsumer {
  private final Progress progress;
  private final String what;
  private int shown = -1;

  PercentLine(Progress progress, String what) {
    this.progress = progress;
    this.what = what;
  }

  /** Takes 0 to 1. */
  @Override
  public synchronized void accept(double done) {
    int percent = (int) (100 * done);
    if (percent > shown) {
      shown = percent;
      progress.show(what + percent + " %");
    }
  }
}
