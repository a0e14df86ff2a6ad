package dev.ooh.example;

import dev.ooh.conformance.ScheduleContract;
import dev.ooh.conformance.Subject;
import dev.ooh.machine.substrate.VirtualSubstrate;
import java.util.stream.Stream;

/** Random schedules of writes, fetches, aborts, switches, unmaps, forks and deaths. */
class FaultLogConformanceTest extends ScheduleContract {
  @Override
  protected Stream<Subject> subjects() {
    return Stream.of(Subject.plain(new VirtualSubstrate(), new FaultLogTechnique()));
  }
}
