package dev.ooh.spp;

import dev.ooh.conformance.Subject;
import dev.ooh.conformance.TechniqueLaws;
import dev.ooh.machine.substrate.VirtualSubstrate;

/** The laws one by one, with granules of a page, as they ask for whole pages. */
class SppLawsTest extends TechniqueLaws {
  @Override
  protected Subject subject() {
    return Subject.plain(new VirtualSubstrate(), new SppTechnique()).with("spp.granule", "4096");
  }
}
