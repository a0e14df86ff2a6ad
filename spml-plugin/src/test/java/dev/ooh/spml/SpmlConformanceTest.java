package dev.ooh.spml;

import dev.ooh.conformance.ScheduleContract;
import dev.ooh.conformance.Subject;
import dev.ooh.machine.substrate.VirtualSubstrate;
import java.util.stream.Stream;

/**
 * Random schedules on the simulated machine, with all-dirty to switch to; again with a ring that
 * overflows.
 */
class SpmlConformanceTest extends ScheduleContract {
  @Override
  protected Stream<Subject> subjects() {
    Subject subject = Subject.plain(new VirtualSubstrate(), new SpmlTechnique());
    return Stream.of(subject, subject.with("ring-entries", "20"));
  }
}
