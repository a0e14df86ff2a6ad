package dev.ooh.uffd;

import dev.ooh.conformance.ScheduleContract;
import dev.ooh.conformance.Subject;
import dev.ooh.machine.substrate.VirtualSubstrate;
import java.util.stream.Stream;

/** Random schedules on the simulated machine, with all-dirty to switch to. */
class UffdConformanceTest extends ScheduleContract {
  @Override
  protected Stream<Subject> subjects() {
    return Stream.of(Subject.plain(new VirtualSubstrate(), new UffdTechnique()));
  }
}
