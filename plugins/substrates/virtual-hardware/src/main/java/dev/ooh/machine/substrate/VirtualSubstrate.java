package dev.ooh.machine.substrate;

import dev.ooh.machine.cost.CostProfile;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Setting;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;

/** The substrate {@code virtual}: each address space is the process of a machine of its own. */
@Component(service = Substrate.class, configurationPid = VirtualSubstrate.PID)
public final class VirtualSubstrate implements Substrate {
  /** Of the configuration that says what holds where {@link SpaceOptions} say nothing. */
  static final String PID = "dev.ooh.virtual";

  private static final long LARGE_PAGE = 2L << 20;
  private static final Setting<Long> MEMORY =
      Setting.wholeNumber(
          "memory", LARGE_PAGE, 1L << 42, 5L << 30, "Bytes of guest-physical memory.");
  private static final Setting<Long> SEED =
      Setting.wholeNumber(
          "seed", Long.MIN_VALUE, Long.MAX_VALUE, 1, "Seed of the machine's scheduler.");
  private static final Setting<Long> QUANTUM =
      Setting.wholeNumber(
          "quantum", 1, 1 << 30, 256, "Polls and translation misses between hand-overs.");
  private static final Setting<String> COST_PROFILE =
      Setting.text(
          "cost-profile", "sc22, zero or a CSV file", "sc22", "What simulated events cost.");

  private volatile Map<String, String> configured = Map.of();
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
  public List<Setting<?>> settings() {
    return List.of(MEMORY, SEED, QUANTUM, COST_PROFILE);
  }

  @Override
  public AddressSpace open(SpaceOptions options) {
    if (stopped) {
      throw new IllegalStateException("the virtual substrate was stopped, wanted a running one");
    }
    SpaceOptions all = options.withDefaults(configured);
    long memory = all.value(MEMORY);
    long seed = all.value(SEED);
    int quantum = Math.toIntExact(all.value(QUANTUM));
    CostProfile profile = CostProfile.named(all.value(COST_PROFILE));
    Machine machine = new Machine((memory + LARGE_PAGE - 1) & -LARGE_PAGE, seed, quantum, profile);
    return VirtualAddressSpace.open(machine, options);
  }

  @Activate
  @Modified
  void configure(Map<String, Object> configuration) {
    Map<String, String> settings = new HashMap<>();
    configuration.forEach((name, value) -> settings.put(name, String.valueOf(value)));
    configured = Map.copyOf(settings);
  }

  /** New spaces are refused; open ones keep their memory until their owners close them. */
  @Deactivate
  void stop() {
    stopped = true;
  }
}
