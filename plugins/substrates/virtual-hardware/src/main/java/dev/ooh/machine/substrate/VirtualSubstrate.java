package dev.ooh.machine.substrate;

import dev.ooh.machine.cost.CostProfile;
import dev.ooh.machine.hypervisor.Hypervisor;
import dev.ooh.machine.hypervisor.ScheduledVcpu;
import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Setting;
import dev.ooh.memory.Settings;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;

/**
 * The substrate {@code virtual}: each address space that it opens is the process of a machine of
 * its own, on a host of its own; {@link dev.ooh.tracking.facility.VirtualHost} adds machines to a
 * host.
 */
@Component(service = Substrate.class, configurationPid = VirtualSubstrate.PID)
public final class VirtualSubstrate implements Substrate {
  /** Of the configuration that says what holds where {@link SpaceOptions} say nothing. */
  static final String PID = "dev.ooh.virtual";

  private static final long LARGE_PAGE = 2L << 20;
  private static final long MOST_HOST_MEMORY = 1L << 46;
  private static final int USUAL_MACHINES = 16;
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
          "cost-profile",
          "sc22, kvm-dirty-ring, zero or a CSV file",
          "sc22",
          "What simulated events cost.");

  private static final Setting<String> APPLICATION =
      Setting.text(
          "application",
          "a name",
          "unnamed",
          "Which application runs: its work costs what the cost profile says of it, if it does.");

  private static final String TRACKED_PROCESS = "tracked-process";
  private static final String OWN_PROCESS = "own-process";
  private static final Setting<String> TRACKER =
      Setting.oneOf(
          "tracker",
          List.of(TRACKED_PROCESS, OWN_PROCESS),
          TRACKED_PROCESS,
          "Where techniques run: in the tracked process, or in a process of their own beside it.");
  private static final Setting<Long> TRACKER_USER =
      Setting.wholeNumber(
          "tracker.user",
          0,
          65_535,
          GuestKernel.USER,
          "User of a tracker in a process of its own; root is 0, and programs are user %d's."
              .formatted(GuestKernel.USER));

  private static final Setting<Long> VCPUS =
      Setting.wholeNumber(
          "vcpus",
          1,
          64,
          1,
          "Virtual CPUs of the machine, each with a TLB, a VMCS and a log of its own; threads are"
              + " dealt out to them in turn. More than one where the machine has its host to itself.");

  private static final Setting<Long> WEIGHT =
      Setting.wholeNumber(
          "weight",
          1,
          65_535,
          ScheduledVcpu.USUAL_WEIGHT,
          "The machine's share of its host's physical CPUs, in proportion to others' weights.");
  private static final Setting<Long> HOST_CPUS =
      Setting.wholeNumber(
          "host-cpus", 1, 64, 1, "Physical CPUs of the host, which its machines share.");
  private static final Setting<Long> HOST_QUANTUM =
      Setting.wholeNumber(
          "host-quantum",
          1,
          1 << 30,
          32_768,
          "Steps (polls, translation misses, units of work) of a machine's turn on a physical CPU that"
              + " others want.");
  private static final Setting<Long> HOST_MEMORY =
      Setting.wholeNumber(
          "host-memory",
          0,
          MOST_HOST_MEMORY,
          0,
          "Bytes that the host's machines share; 0 for 16 times what the first may take.");

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
    return List.of(
        MEMORY,
        SEED,
        QUANTUM,
        COST_PROFILE,
        APPLICATION,
        TRACKER,
        TRACKER_USER,
        VCPUS,
        WEIGHT,
        HOST_CPUS,
        HOST_QUANTUM,
        HOST_MEMORY);
  }

  @Override
  public AddressSpace open(SpaceOptions options) {
    SpaceOptions all = options.withDefaults(configured);
    long asked = all.value(HOST_MEMORY);
    long usual = USUAL_MACHINES * Hypervisor.memoryFor(guestBytes(all));
    Host host =
        new Host(
            asked == 0 ? Math.min(MOST_HOST_MEMORY, usual) : roundUp(asked),
            Math.toIntExact(all.value(HOST_CPUS)),
            Math.toIntExact(all.value(HOST_QUANTUM)));
    try {
      return open(host, options);
    } catch (RuntimeException e) {
      host.hypervisor().closeIfUnused();
      throw e;
    }
  }

  private AddressSpace open(Host host, SpaceOptions options) {
    if (stopped) {
      throw new IllegalStateException("the virtual substrate was stopped, wanted a running one");
    }
    Settings.check(configured, settings(), "the substrate's configuration names");
    SpaceOptions all = options.withDefaults(configured);
    int vcpus = Math.toIntExact(all.value(VCPUS));
    if (vcpus > 1 && host.hypervisor().machines() > 0) {
      throw notAlone(vcpus);
    }
    Machine machine =
        new Machine(
            host,
            guestBytes(all),
            Math.toIntExact(all.value(WEIGHT)),
            vcpus,
            all.value(SEED),
            Math.toIntExact(all.value(QUANTUM)),
            CostProfile.named(all.value(COST_PROFILE)).forApplication(all.value(APPLICATION)));
    OptionalInt trackerUser =
        all.value(TRACKER).equals(OWN_PROCESS)
            ? OptionalInt.of(Math.toIntExact(all.value(TRACKER_USER)))
            : OptionalInt.empty();
    try {
      return VirtualAddressSpace.open(
          machine, options, trackerUser, new SharedHost(machine, this::openBeside));
    } catch (RuntimeException e) {
      machine.stopIfUnused();
      throw e;
    }
  }

  private AddressSpace openBeside(Machine first, SpaceOptions options) {
    int vcpus = first.hardware().processors().count();
    if (vcpus > 1) {
      throw notAlone(vcpus);
    }
    return open(first.host(), options);
  }

  private static IllegalArgumentException notAlone(int vcpus) {
    return new IllegalArgumentException(
        "setting vcpus is %d on a host of several machines, wanted 1: a machine with several has its host to itself"
            .formatted(vcpus));
  }

  private static long guestBytes(SpaceOptions options) {
    return roundUp(options.value(MEMORY));
  }

  private static long roundUp(long bytes) {
    return (bytes + LARGE_PAGE - 1) & -LARGE_PAGE;
  }

  @Activate
  @Modified
  void configure(Map<String, Object> configuration) {
    configured = Map.copyOf(Settings.ofConfiguration(configuration));
  }

  /** New spaces are refused; open ones keep their memory until their owners close them. */
  @Deactivate
  void stop() {
    stopped = true;
  }
}
