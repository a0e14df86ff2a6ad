package dev.ooh.linux.substrate;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.testing.space.StopContract;

class LinuxStopTest extends StopContract {
  @Override
  protected AddressSpace openSpace() {
    return new LinuxSubstrate().open(SpaceOptions.named("test"));
  }
}
