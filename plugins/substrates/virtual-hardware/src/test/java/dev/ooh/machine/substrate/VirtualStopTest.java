package dev.ooh.machine.substrate;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.testing.space.StopContract;

class VirtualStopTest extends StopContract {
  @Override
  protected AddressSpace openSpace() {
    return new VirtualSubstrate().open(SpaceOptions.named("test").with("memory", "268435456"));
  }
}
