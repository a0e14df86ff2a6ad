package dev.ooh.spml;

import dev.ooh.conformance.BusyHost;
import dev.ooh.conformance.Subject;
import dev.ooh.conformance.TechniqueLaws;
import dev.ooh.machine.substrate.VirtualSubstrate;
import org.junit.jupiter.api.AfterEach;

/** The laws in a virtual machine, while another one of the same host logs as much by itself. */
class SpmlBesideItselfTest extends TechniqueLaws {
  private final BusyHost host = new BusyHost(new VirtualSubstrate(), SpmlTechnique::new);

  @Override
  protected Subject subject() {
    return Subject.plain(host, new SpmlTechnique());
  }

  @AfterEach
  void theOtherMachineHeardOfItsOwnPages() throws InterruptedException {
    host.check();
  }
}
