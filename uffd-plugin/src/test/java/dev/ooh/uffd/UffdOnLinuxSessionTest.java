package dev.ooh.uffd;

import dev.ooh.conformance.session.SessionContract;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.tracking.TrackingTechnique;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same code on real memory; skipped where the kernel refuses it. */
class UffdOnLinuxSessionTest extends SessionContract {
  private static final LinuxSubstrate LINUX = new LinuxSubstrate();

  /** Open all the while, so that one monitor serves all. */
  private static @Nullable AddressSpace keeper;

  @BeforeAll
  static void open() {
    if (LINUX.refusal().isEmpty()) {
      keeper = LINUX.open(SpaceOptions.named("keeper"));
    }
  }

  @AfterAll
  static void close() {
    if (keeper != null) {
      keeper.close();
    }
  }

  @Override
  protected Substrate substrate() {
    return LINUX;
  }

  @Override
  protected TrackingTechnique technique() {
    return new UffdTechnique();
  }

  @Override
  protected boolean mayBeRefused() {
    return true;
  }
}
