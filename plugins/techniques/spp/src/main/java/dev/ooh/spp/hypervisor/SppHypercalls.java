package dev.ooh.spp.hypervisor;

import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.ring.GpaList;

/**
 * The numbers of SPP's hypercalls. The first argument of each is the id of a tracked process, which
 * the module chooses (its pid). Each answers 0, or {@link HypercallHandler#INVALID} when there is
 * no log of that id or an argument is out of its range, and then has done nothing.
 *
 * <p>A list is a {@link GpaList}.
 */
public final class SppHypercalls {
  /**
   * (id, GPA of a ring, its capacity): opens a log for the process, with granules of 128 bytes, or
   * gives it another ring, all of which is in guest-physical memory from a page's start on. {@link
   * HypercallHandler#EXHAUSTED} when the guest has as many logs as it may have.
   */
  public static final long INIT = 0x4F6F_4821L;

  /** (id): closes the log. */
  public static final long DEACTIVATE = 0x4F6F_4822L;

  /** (id, bytes): a write opens a granule of so many, a power of two from 128 to 4096. */
  public static final long GRANULE = 0x4F6F_4823L;

  /** (id): puts the sub-pages that were written since the last call into the ring. */
  public static final long COLLECT = 0x4F6F_4824L;

  /** (id, GPA of a list, count): arms the pages whose GPAs are in the list. */
  public static final long ARM = 0x4F6F_4825L;

  /** (id, GPA of a list, count): forgets pages that no longer belong to the process. */
  public static final long DISARM = 0x4F6F_4826L;

  private SppHypercalls() {}
}
