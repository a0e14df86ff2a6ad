package dev.ooh.cli.toy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import java.util.Optional;

/**
 * Opens toy spaces.
 *
 * @param name of the substrate
 * @param refusal empty when it works
 */
public record ToySubstrate(String name, Optional<String> refusal) implements Substrate {
  public static final ToySubstrate VIRTUAL = new ToySubstrate("virtual", Optional.empty());
  public static final ToySubstrate LINUX =
      new ToySubstrate("linux", Optional.of("this is not Linux"));

  @Override
  public AddressSpace open(SpaceOptions options) {
    String profile = options.settings().getOrDefault("cost-profile", "sc22");
    if (!profile.equals("sc22")) {
      throw new IllegalArgumentException("cost-profile is '" + profile + "', wanted sc22");
    }
    return new ToySpace(name, options, name.equals("virtual"));
  }
}
