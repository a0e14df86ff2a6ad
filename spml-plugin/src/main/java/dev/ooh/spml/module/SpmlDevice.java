package dev.ooh.spml.module;

/** The device's interface: what OoH Lib may ask of OoH Module. */
public final class SpmlDevice {
  public static final String NAME = "ooh-spml";

  /** Starts tracking the opener (M3). Argument: how many entries the ring has. */
  public static final int INIT = 1;

  /** Replaces the ring by a larger one; what the old one holds is gone. Argument as of INIT. */
  public static final int RESIZE = 2;

  /** Pauses logging and drains the log into the ring (M14). */
  public static final int COLLECT = 3;

  /** Arms the ranges in the request area. Argument: how many. */
  public static final int ARM = 4;

  /** Resumes logging (M13). */
  public static final int RESUME = 5;

  /** Stops tracking the opener (M4). */
  public static final int DEACTIVATE = 6;

  /** mmap offset of the ring, see {@link RingBuffer}. */
  public static final long RING = 0;

  /**
   * mmap offset of the request area, an array of ranges.
   *
   * <pre>
   * offset 0        8       16       24
   *       +--------+--------+--------+--------+---
   *       | start0 |  end0  | start1 |  end1  | …      GVAs, page-aligned, end exclusive
   *       +--------+--------+--------+--------+---
   * </pre>
   */
  public static final long REQUESTS = 1;

  /** How many ranges the request area holds. */
  public static final int MAX_REQUESTS = 4096;

  static final int REQUEST_PAGES = MAX_REQUESTS * 16 / 4096;

  private SpmlDevice() {}
}
