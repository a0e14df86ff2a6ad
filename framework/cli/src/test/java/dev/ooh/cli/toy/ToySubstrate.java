package dev.ooh.cli.toy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import dev.ooh.testing.space.TestExecution;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.tracking.facility.SimulatedCosts;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Opens spaces in the Java heap, of which those of {@link #VIRTUAL} have {@linkplain ToyCosts
 * costs}.
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
    boolean simulated = name.equals("virtual");
    AtomicLong clock = new AtomicLong();
    // A millisecond passes with each look at the clock.
    TestExecution execution = new TestExecution(() -> clock.addAndGet(1_000_000), simulated);
    TestSpace space = new TestSpace(name, options, execution);
    if (simulated) {
      ToyCosts costs = new ToyCosts();
      space.memory().subscribe(costs);
      space.offer(SimulatedCosts.class, costs);
    }
    return space;
  }
}
