package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.gc.plan.ChangedPagesQuery;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import org.junit.jupiter.api.Test;

class RehearsalTest {
  /** Where each store is looked at, and each cycle traced again. */
  @Test
  void itsProgramKeepsToItsObjectsAndLeavesNothing() throws Exception {
    HeapOptions options = Rehearsal.options().withChecked(true).withVerify(true);
    try (AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("rehearsal"))) {
      space
          .execution()
          .run(
              () -> {
                Rehearsal.run(space, options, new ChangedPagesQuery());
                return true;
              });
      assertThat(space.regions()).isEmpty();
    }
  }
}
