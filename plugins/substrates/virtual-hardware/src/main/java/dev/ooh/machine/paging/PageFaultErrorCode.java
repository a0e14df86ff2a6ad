package dev.ooh.machine.paging;

/**
 * The error code of a #PF (Intel SDM volume 3A, 5.7, figure 5-12).
 *
 * <pre>
 *  31       5 4   3    2   1   0
 * +----------+---+----+---+---+-+
 * |    0     |I/D|RSVD|U/S|W/R|P|
 * +----------+---+----+---+---+-+
 * </pre>
 */
public final class PageFaultErrorCode {
  /** P: the page was present, the access broke its rights. */
  public static final int PRESENT = 1;

  /** W/R: the access was a write. */
  public static final int WRITE = 1 << 1;

  /** U/S: the access came from user mode. */
  public static final int USER = 1 << 2;

  /** RSVD: a present entry has a reserved bit set. */
  public static final int RESERVED = 1 << 3;

  private PageFaultErrorCode() {}
}
