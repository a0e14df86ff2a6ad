package dev.ooh.conformance.model;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import java.util.Optional;

/**
 * Memory as a map of words, in a space whose threads take turns as the setting {@code seed} says.
 */
public final class ModelSubstrate implements Substrate {
  @Override
  public String name() {
    return "model";
  }

  @Override
  public Optional<String> refusal() {
    return Optional.empty();
  }

  @Override
  public AddressSpace open(SpaceOptions options) {
    return new ModelSpace(Long.parseLong(options.settings().getOrDefault("seed", "1")));
  }
}
