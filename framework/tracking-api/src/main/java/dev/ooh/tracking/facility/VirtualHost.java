package dev.ooh.tracking.facility;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.SpaceOptions;

/**
 * The host of the space's virtual machine. Further machines on it share its physical CPUs by a
 * scheduler that gives each its weight's share, and its memory, of which no page is two machines'.
 *
 * <p>A thread that runs in one machine can't call into another machine of the same host, as the
 * other would wait for the first one's physical CPU: such a call throws {@link
 * IllegalStateException}. A call within {@link ExecutionContext#blocked} takes no simulated time:
 * all other machines of the host wait for its end.
 */
public interface VirtualHost {
  /**
   * Opens the space of a process in a further machine of this host; the caller closes it. The host
   * lasts until the last of its machines is closed.
   *
   * @param options as for the first one, which alone decides on the host's own settings
   * @throws IllegalArgumentException for a setting's value that isn't one
   * @throws IllegalStateException after the last machine was closed
   */
  AddressSpace open(SpaceOptions options);

  /**
   * Keeps the host's machines from being run until the result is closed, so that programs spawned
   * meanwhile start at the same moment, in the order in which they were spawned, and their run
   * repeats exactly. Whoever holds must not wait for a machine.
   */
  Hold hold();

  /** What the space's machine has used so far. Values subtract. */
  Usage usage();

  /** Machines aren't run until this is closed. Closing twice does nothing. */
  interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * What a machine used of its host.
   *
   * @param ranMillis simulated milliseconds that it ran on a physical CPU
   * @param waitedMillis simulated milliseconds that it could have run and waited for a physical
   *     CPU: others' time, which the machine's clock shows as passed
   * @param steps polls, translation misses and units of work of its turns that have ended: what the
   *     host's scheduler shares out
   * @param switches how often it took another machine's place on a physical CPU, or moved to one
   */
  record Usage(double ranMillis, double waitedMillis, long steps, long switches) {
    /** What was used between {@code earlier} and this. */
    public Usage minus(Usage earlier) {
      return new Usage(
          ranMillis - earlier.ranMillis,
          waitedMillis - earlier.waitedMillis,
          steps - earlier.steps,
          switches - earlier.switches);
    }
  }
}
