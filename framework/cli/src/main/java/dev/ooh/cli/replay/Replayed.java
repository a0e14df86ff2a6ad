package dev.ooh.cli.replay;

import dev.ooh.cli.TrackedSpace;

/**
 * A program that was replayed under a technique.
 *
 * @param run where; closed
 * @param timeUnit of its times
 */
record Replayed(RecordedProgram program, TrackedSpace run, String timeUnit, ReplayResult result) {
  String technique() {
    return run.technique();
  }
}
