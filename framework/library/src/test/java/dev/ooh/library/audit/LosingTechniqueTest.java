package dev.ooh.library.audit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.conformance.LawViolation;
import dev.ooh.conformance.audit.Audit;
import dev.ooh.conformance.audit.Disturbance;
import dev.ooh.conformance.broken.Flaw;
import dev.ooh.memory.Region;
import dev.ooh.procfs.ProcfsTechnique;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.core.TrackingCore;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The audit finds what is lost: a technique that loses pages does not pass it. */
@Timeout(300)
class LosingTechniqueTest {
  private static final int PAGES = 64;

  private static final int ROUNDS = 20;

  @ParameterizedTest
  @EnumSource(names = {"CLEARS_BEFORE_READING", "LOSES_THE_PAGE_AT_LOG_FULL"})
  void isFound(Flaw flaw) throws Exception {
    assumeTrue(Way.LINUX.refusal().isEmpty(), () -> Way.LINUX.refusal().orElse(""));
    Probe probe = Way.PROCFS.probe();
    assumeTrue(probe.usable(), probe::reason);
    try (TrackingCore core = TrackingCore.create(List.of(flaw.in(new ProcfsTechnique())));
        Audit audit = new Audit(Way.LINUX, Way.PROCFS.options(), core, List.of("procfs"), 1)) {
      Region region = audit.map("lossy", PAGES);
      audit.field(region.pages());
      audit.watch("consumer", region.pages());
      audit.disturb(Disturbance.of("nothing", random -> {}));
      assertThatThrownBy(() -> audit.run(rounds()))
          .isInstanceOf(LawViolation.class)
          .hasMessageContaining("consumer lost the stamp of interval");
    }
  }

  private static BooleanSupplier rounds() {
    int[] left = {ROUNDS};
    return () -> left[0]-- > 0;
  }
}
