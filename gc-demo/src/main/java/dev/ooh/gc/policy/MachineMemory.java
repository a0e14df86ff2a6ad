package dev.ooh.gc.policy;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How much memory this machine has. */
public final class MachineMemory {
  private MachineMemory() {}

  /**
   * Bytes of this machine's memory, or of its part that a container lets this process use; {@link
   * Long#MAX_VALUE} where nobody says.
   */
  public static long bytes() {
    // Not by the platform's MBean server: to start that takes a fifth of a second.
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      long found = system.getTotalMemorySize();
      return found > 0 ? found : Long.MAX_VALUE;
    }
    return Long.MAX_VALUE;
  }
}
