package dev.ooh.evaluation.run;

import java.util.Map;

/** How much memory a run takes, so that those that run at once stay below a limit. */
public final class MemoryNeed {
  /** What an evaluation may take in all, in MiB. */
  public static final int LIMIT = 8 * 1024;

  /** The Java heap of a run; the memory of its simulated machines is beside it. */
  static final int HEAP = 1536;

  /** MiB of a simulated machine: the largest application of Table II, and what holds it. */
  private static final Map<String, Integer> LARGEST =
      Map.of("small", 850, "medium", 1200, "large", 1850);

  /** The same for the application that runs in several machines, the smallest of its size. */
  private static final Map<String, Integer> IN_MACHINES =
      Map.of("small", 130, "medium", 610, "large", 1850);

  /** The array of 1 GB, and what holds it. */
  private static final int ARRAY = 1300;

  private MemoryNeed() {}

  /** MiB, an upper bound. */
  static int of(Measurement measurement) {
    String configuration = measurement.option("--configuration").orElse("");
    int machines = measurement.machines();
    int guests =
        machines > 1
            ? inMachines(configuration, machines)
            : LARGEST.getOrDefault(configuration, ARRAY);
    return HEAP + guests;
  }

  /** Whether so many machines at once stay below the limit. */
  public static boolean allows(String configuration, int machines) {
    return HEAP + inMachines(configuration, machines) <= LIMIT;
  }

  private static int inMachines(String configuration, int machines) {
    return machines * IN_MACHINES.getOrDefault(configuration, ARRAY);
  }
}
