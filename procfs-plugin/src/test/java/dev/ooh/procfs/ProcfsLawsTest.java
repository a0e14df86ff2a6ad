package dev.ooh.procfs;

import dev.ooh.conformance.Subject;
import dev.ooh.conformance.TechniqueLaws;
import dev.ooh.machine.substrate.VirtualSubstrate;

/** The laws one by one. */
class ProcfsLawsTest extends TechniqueLaws {
  @Override
  protected Subject subject() {
    return Subject.plain(new VirtualSubstrate(), new ProcfsTechnique());
  }
}
