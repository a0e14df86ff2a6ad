package dev.ooh.criu.toy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import java.util.Optional;

/** Opens toy spaces. */
public final class ToySubstrate implements Substrate {
  @Override
  public String name() {
    return "toy";
  }

  @Override
  public Optional<String> refusal() {
    return Optional.empty();
  }

  @Override
  public AddressSpace open(SpaceOptions options) {
    return new ToySpace();
  }
}
