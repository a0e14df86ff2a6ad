package dev.ooh.tracking.facility;

/**
 * What may befall a tracked process and its tracker at any moment, the middle of an interval
 * included. Any thread may call.
 */
public interface ProcessFates {
  /**
   * SIGKILL for the tracker. The next session finds another one.
   *
   * @throws FacilityException if the tracked process is its own tracker
   */
  void killTracker() throws FacilityException;

  /**
   * SIGKILL for the tracked process. The space stays open, until its owner closes it, and has
   * nothing behind it: each access is refused.
   */
  void killTracked();

  /**
   * execve by the tracked process: all regions are unmapped, of which listeners are told, and the
   * process goes on with none.
   */
  void execTracked();
}
