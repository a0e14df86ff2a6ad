package dev.ooh.epml;

import dev.ooh.conformance.BusyHost;
import dev.ooh.conformance.ScheduleContract;
import dev.ooh.conformance.Subject;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.spml.SpmlTechnique;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;

/** Random schedules of SPML, while another machine of the same host is busy under EPML. */
class SpmlBesideEpmlTest extends ScheduleContract {
  private final BusyHost host = new BusyHost(new VirtualSubstrate(), EpmlTechnique::new);

  @Override
  protected Stream<Subject> subjects() {
    return Stream.of(Subject.plain(host, new SpmlTechnique()).named("spml beside epml"));
  }

  @Override
  protected int seeds() {
    return 15;
  }

  @AfterEach
  void theOtherMachineHeardOfItsOwnPages() throws InterruptedException {
    host.check();
  }
}
