package dev.ooh.checkpoints;

import java.time.Duration;

/**
 * Tells the program's, whose faults are its own: a checkpoint that is durable stays taken, and the
 * clock goes on, whatever that throws when it hears of it. Before and after writers stand still it
 * may prevent a checkpoint.
 */
final class HeardListener implements CheckpointListener {
  private final CheckpointListener told;

  HeardListener(CheckpointListener told) {
    this.told = told;
  }

  @Override
  public void beforeFreeze() {
    told.beforeFreeze();
  }

  @Override
  public void afterThaw(Duration frozen) {
    told.afterThaw(frozen);
  }

  @Override
  public void writing(long pages, long ofPages) {
    tell(() -> told.writing(pages, ofPages));
  }

  @Override
  public void taken(Checkpoint checkpoint) {
    tell(() -> told.taken(checkpoint));
  }

  @Override
  public void failed(Exception reason) {
    tell(() -> told.failed(reason));
  }

  private static void tell(Runnable telling) {
    try {
      telling.run();
    } catch (RuntimeException | Error e) {
      System.getLogger(HeardListener.class.getName())
          .log(System.Logger.Level.WARNING, "a listener of checkpoints failed", e);
    }
  }
}
