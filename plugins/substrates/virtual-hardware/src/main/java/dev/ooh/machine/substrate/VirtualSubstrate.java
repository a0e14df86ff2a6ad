package dev.ooh.machine.substrate;

import dev.ooh.machine.cost.CostProfile;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The substrate {@code virtual}: each address space is the process of a machine of its own. */
@Component(service = Substrate.class)
public final class VirtualSubstrate implements Substrate {
  private static final long DEFAULT_MEMORY = 5L << 30;
  private static final long MAX_MEMORY = 1L << 42;
  private static final long LARGE_PAGE = 2L << 20;
  private static final int DEFAULT_QUANTUM = 256;

  private volatile boolean stopped;

  @Override
  public String name() {
    return "virtual";
  }

  @Override
  public Optional<String> refusal() {
    return Optional.empty();
  }

  @Override
  public AddressSpace open(SpaceOptions options) {
    if (stopped) {
      throw new IllegalStateException("the virtual substrate was stopped, wanted a running one");
    }
    long memory = number(options, "memory", DEFAULT_MEMORY, LARGE_PAGE, MAX_MEMORY);
    long seed = number(options, "seed", 1, Long.MIN_VALUE, Long.MAX_VALUE);
    long quantum = number(options, "quantum", DEFAULT_QUANTUM, 1, 1 << 30);
    String profile = options.settings().getOrDefault("cost-profile", "sc22");
    Machine machine =
        new Machine(
            (memory + LARGE_PAGE - 1) & -LARGE_PAGE,
            seed,
            (int) quantum,
            CostProfile.named(profile));
    return VirtualAddressSpace.open(machine, options);
  }

  private static long number(SpaceOptions options, String name, long unsaid, long min, long max) {
    String text = options.settings().get(name);
    if (text == null) {
      return unsaid;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "option %s is '%s', wanted a whole number from %d to %d".formatted(name, text, min, max));
  }

  /** New spaces are refused; open ones keep their memory until their owners close them. */
  @Deactivate
  void stop() {
    stopped = true;
  }
}
