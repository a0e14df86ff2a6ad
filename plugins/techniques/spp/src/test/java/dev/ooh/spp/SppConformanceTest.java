package dev.ooh.spp;

import dev.ooh.conformance.ScheduleContract;
import dev.ooh.conformance.Subject;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.procfs.ProcfsTechnique;
import java.util.stream.Stream;

/**
 * Random schedules on the simulated machine, with all-dirty to switch to; again with a ring that
 * overflows, with whole pages, and with a technique to switch to that reports pages where this one
 * reports sub-pages.
 */
class SppConformanceTest extends ScheduleContract {
  @Override
  protected Stream<Subject> subjects() {
    Subject alone = Subject.plain(new VirtualSubstrate(), new SppTechnique());
    Subject both = Subject.plain(new VirtualSubstrate(), new SppTechnique(), new ProcfsTechnique());
    return Stream.of(
        alone,
        alone.with("ring-entries", "20"),
        alone.with("spp.granule", "4096"),
        both.named("spp and procfs on virtual").with("spp.granule", "512"));
  }
}
