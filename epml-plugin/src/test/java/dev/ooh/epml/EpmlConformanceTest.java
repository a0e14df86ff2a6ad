package dev.ooh.epml;

import dev.ooh.conformance.ScheduleContract;
import dev.ooh.conformance.Subject;
import dev.ooh.machine.substrate.VirtualSubstrate;
import java.util.stream.Stream;

/**
 * Random schedules on the simulated machine, with all-dirty to switch to; again with a ring that
 * overflows.
 */
class EpmlConformanceTest extends ScheduleContract {
  @Override
  protected Stream<Subject> subjects() {
    Subject subject = Subject.plain(new VirtualSubstrate(), new EpmlTechnique());
    return Stream.of(subject, subject.with("ring-entries", "20"));
  }
}
