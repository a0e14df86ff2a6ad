package dev.ooh.conformance.model;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.testing.space.SeededExecution;
import dev.ooh.testing.space.TestSpace;
import java.util.Optional;

/** Memory in the Java heap, whose threads take turns as the setting {@code seed} says. */
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
    long seed = Long.parseLong(options.settings().getOrDefault("seed", "1"));
    return new TestSpace(name(), options, new SeededExecution(seed));
  }
}
