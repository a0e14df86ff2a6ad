package dev.ooh.cli;

import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * How many virtual machines run a command's program at once, and how many virtual CPUs the one has
 * that runs it alone. A picocli mixin.
 */
public final class MachineOptions {
  private static final int MOST = 64;

  @Option(
      names = "--vms",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Virtual machines that run the program at once, on one simulated host whose physical CPUs"
              + " and memory they share (see the settings host-cpus, host-quantum and host-memory)."
              + " Figures are means over them, of configuration CONFIGURATION:Nvms (default:"
              + " ${DEFAULT-VALUE}).")
  private int machines = 1;

  /** The setting of a space, and its option without the dashes. */
  static final String VCPUS = "vcpus";

  @Option(
      names = "--" + VCPUS,
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Virtual CPUs of the virtual machine that runs the program, each with a TLB, a VMCS and a"
              + " log of its own; ooh micro then stores by N threads, one on each. They are"
              + " simulated in turns, by one clock: what interrupts between them cost shows, and"
              + " no program becomes faster. Figures are of configuration CONFIGURATION:Nvcpus"
              + " (default: ${DEFAULT-VALUE}).")
  private int vcpus = 1;

  /**
   * How many machines, 1 to {@value #MOST}. Ask before anything else: virtual CPUs may be given by
   * {@code --set}, as to any command.
   *
   * @throws UsageException for any other number, be it of machines or of virtual CPUs, and for more
   *     than one machine where a recording is asked for, which is of one program, or where one has
   *     several virtual CPUs; or for virtual CPUs that are given twice
   */
  public int count(SessionOptions options) throws UsageException {
    if (machines < 1 || machines > MOST) {
      throw new UsageException("--vms is %d, wanted 1 to %d".formatted(machines, MOST));
    }
    if (machines > 1 && options.recording() != null) {
      throw new UsageException(
          "--vms is %d with --record, wanted 1: a recording is of one program".formatted(machines));
    }
    String set = options.settings().get(VCPUS);
    if (set != null && vcpus != 1) {
      throw new UsageException(
          "--vcpus is %d with --set vcpus=%s, wanted one of them".formatted(vcpus, set));
    }
    if (set != null) {
      vcpus = number(set);
    }
    if (vcpus < 1 || vcpus > MOST) {
      throw new UsageException("--vcpus is %d, wanted 1 to %d".formatted(vcpus, MOST));
    }
    if (machines > 1 && vcpus > 1) {
      throw new UsageException(
          "--vcpus is %d with --vms, wanted 1: a machine with several has its host to itself"
              .formatted(vcpus));
    }
    return machines;
  }

  /** How many virtual CPUs a machine has. */
  public int vcpus() {
    return vcpus;
  }

  /** {@code settings} of a space, and what it takes for its machine to be as asked for. */
  public Map<String, String> settings(Map<String, String> settings) {
    if (vcpus == 1) {
      return settings;
    }
    Map<String, String> all = new HashMap<>(settings);
    all.put(VCPUS, Integer.toString(vcpus));
    return all;
  }

  /** What figures call a configuration. */
  public String named(String configuration) {
    return named(configuration, vcpus);
  }

  /** As above, for a machine of {@code vcpus}; does nothing to what has its name already. */
  static String named(String configuration, int vcpus) {
    String suffix = ":%dvcpus".formatted(vcpus);
    return vcpus == 1 || configuration.endsWith(suffix) ? configuration : configuration + suffix;
  }

  /** That of {@code text}; 1 for none, which {@link Session#open} refuses as what it is. */
  static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return 1;
    }
  }
}
