package dev.ooh.epml;

import dev.ooh.conformance.Subject;
import dev.ooh.conformance.TechniqueLaws;
import dev.ooh.machine.substrate.VirtualSubstrate;

/** The laws one by one. */
class EpmlLawsTest extends TechniqueLaws {
  @Override
  protected Subject subject() {
    return Subject.plain(new VirtualSubstrate(), new EpmlTechnique());
  }
}
