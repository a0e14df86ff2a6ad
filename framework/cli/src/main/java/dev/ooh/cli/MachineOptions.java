package dev.ooh.cli;

import picocli.CommandLine.Option;

/** How many virtual machines run a command's program at once. A picocli mixin. */
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

  /**
   * 1 to {@value #MOST}.
   *
   * @throws UsageException for any other number, and for more than one where a recording is asked
   *     for, which is of one program
   */
  public int count(SessionOptions options) throws UsageException {
    if (machines < 1 || machines > MOST) {
      throw new UsageException("--vms is %d, wanted 1 to %d".formatted(machines, MOST));
    }
    if (machines > 1 && options.recording() != null) {
      throw new UsageException(
          "--vms is %d with --record, wanted 1: a recording is of one program".formatted(machines));
    }
    return machines;
  }
}
