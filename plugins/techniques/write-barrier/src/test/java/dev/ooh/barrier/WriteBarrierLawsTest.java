package dev.ooh.barrier;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.Subject;
import dev.ooh.conformance.TechniqueLaws;
import dev.ooh.linux.substrate.LinuxSubstrate;
import org.junit.jupiter.api.BeforeAll;

/** The laws one by one. */
class WriteBarrierLawsTest extends TechniqueLaws {
  @BeforeAll
  static void onRealMemory() {
    assumeTrue(new LinuxSubstrate().refusal().isEmpty());
  }

  @Override
  protected Subject subject() {
    return Subject.plain(WeavingLoader.linux(), new WriteBarrierTechnique());
  }
}
