package dev.ooh.gc.policy;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/** How much memory this machine has. */
public final class MachineMemory {
  private MachineMemory() {}

  /**
   * Bytes of this machine's memory, or of its part that a container lets this process use; {@link
   * Long#MAX_VALUE} where nobody says.
   */
  public static long bytes() {
    try {
      Object bytes =
          ManagementFactory.getPlatformMBeanServer()
              .getAttribute(
                  new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME),
                  "TotalMemorySize");
      return bytes instanceof Long found && found > 0 ? found : Long.MAX_VALUE;
    } catch (JMException | RuntimeException e) {
      return Long.MAX_VALUE;
    }
  }
}
