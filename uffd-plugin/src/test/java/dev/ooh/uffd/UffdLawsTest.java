package dev.ooh.uffd;

import dev.ooh.conformance.Subject;
import dev.ooh.conformance.TechniqueLaws;
import dev.ooh.machine.substrate.VirtualSubstrate;

/** The laws one by one. */
class UffdLawsTest extends TechniqueLaws {
  @Override
  protected Subject subject() {
    return Subject.plain(new VirtualSubstrate(), new UffdTechnique());
  }
}
