package dev.ooh.epml;

import dev.ooh.conformance.BusyHost;
import dev.ooh.conformance.Subject;
import dev.ooh.conformance.TechniqueLaws;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.spml.SpmlTechnique;
import org.junit.jupiter.api.AfterEach;

/** The laws in a virtual machine, while another one of the same host is busy under SPML. */
class EpmlBesideSpmlTest extends TechniqueLaws {
  private final BusyHost host = new BusyHost(new VirtualSubstrate(), SpmlTechnique::new);

  @Override
  protected Subject subject() {
    return Subject.plain(host, new EpmlTechnique());
  }

  @AfterEach
  void theOtherMachineHeardOfItsOwnPages() throws InterruptedException {
    host.check();
  }
}
