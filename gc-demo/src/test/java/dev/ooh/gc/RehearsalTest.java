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
  void itsProgramKeepsToItsObjectsAndLeavesNothing() {
    HeapOptions options = Rehearsal.options().withChecked(true).withVerify(true);
    try (AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("rehearsal"))) {
      Rehearsal.run(space, options, new ChangedPagesQuery());
      assertThat(space.regions()).isEmpty();
    }
  }
}
