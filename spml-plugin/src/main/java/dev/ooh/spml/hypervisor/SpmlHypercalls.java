package dev.ooh.spml.hypervisor;

import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.ring.GpaList;

/**
 * The numbers of SPML's hypercalls. The first argument of each is the id of a tracked process,
 * which the module chooses (its pid). Each answers 0, or {@link HypercallHandler#INVALID} when
 * there is no log of that id or an argument is out of its range.
 *
 * <p>A list is a {@link GpaList}.
 */
public final class SpmlHypercalls {
  /**
   * (id, GPA of a ring, its capacity): opens a log for the process, or gives it another ring, all
   * of which is in guest-physical memory from a page's start on. {@link HypercallHandler#EXHAUSTED}
   * when the guest has as many logs as it may have.
   */
  public static final long INIT = 0x4F6F_4811L;

  /** (id): closes the log. */
  public static final long DEACTIVATE = 0x4F6F_4812L;

  /** (id): {@code enabled_by_guest} becomes true. */
  public static final long ENABLE_LOGGING = 0x4F6F_4813L;

  /** (id): drains the log to the ring; {@code enabled_by_guest} becomes false. */
  public static final long DISABLE_LOGGING = 0x4F6F_4814L;

  /** (id, GPA of a list, count): arms the pages whose GPAs are in the list. */
  public static final long REARM = 0x4F6F_4815L;

  /** (id, GPA of a list, count): forgets pages that no longer belong to the process. */
  public static final long DISARM = 0x4F6F_4816L;

  /** (id): reports armed pages that were written while nobody logged. */
  public static final long REPORT_UNLOGGED = 0x4F6F_4817L;

  private SpmlHypercalls() {}
}
