package dev.ooh.machine.extension;

/**
 * One user's view of page-modification logging (SDM 29.3.6 "Page-Modification Logging"), which
 * several users share: a guest by hypercall ({@code enabled_by_guest}) and live migration ({@code
 * enabled_by_hyp}), for example. The CPU logs while any user is on. Each of them gets every GPA
 * that is logged meanwhile; a user that is off still gets those of pages that it had armed, since
 * their dirty flags are set then and would not log again.
 *
 * <p>A user's fault is its own: what its reader throws takes nothing from the others, and comes out
 * of its own next call as an {@link IllegalStateException}, except {@link #disarm} and {@link
 * #close}.
 *
 * <p>Pages written while no user is on set their dirty flag without a log; {@link #reportUnlogged}
 * finds them.
 */
public interface PageModificationLog extends AutoCloseable {
  /** Turns logging on for this user. Arms nothing by itself. */
  void enable();

  /** Flushes, then turns logging off for this user. */
  void disable();

  /** Whether logging is on for this user. */
  boolean isEnabled();

  /** Empties the log of each processor of the machine: all users get what is in it. */
  void flush();

  /**
   * Flushes; then clears the EPT dirty flags of the pages, splitting 2 MiB leaves, and invalidates
   * translations (one INVEPT for all), so that the next write to each is logged. Pages that the EPT
   * doesn't map yet are populated. Where another user still waits for a page whose flag was set, it
   * gets the page now.
   *
   * @param gpas anywhere within the pages
   * @param count how many of {@code gpas} count
   * @throws IllegalArgumentException if one isn't in guest-physical memory; nothing is done then
   */
  void rearm(long[] gpas, int count);

  /**
   * Forgets that a page is armed for this user: it wants no report of it.
   *
   * @throws IllegalArgumentException if {@code gpa} isn't in guest-physical memory
   */
  void disarm(long gpa);

  /**
   * Reports each page this user has armed whose EPT dirty flag is set although it was never logged:
   * it was written while nobody logged.
   *
   * @return how many
   */
  int reportUnlogged();

  /** Off, and no user any more. Closing twice does nothing. */
  @Override
  void close();

  /** Takes what was logged. */
  @FunctionalInterface
  interface Reader {
    /**
     * A page was written. Called in root mode, while the log is emptied: at a PML-full exit or a
     * flush. It may write to guest memory: all are told of that, too, after it has returned.
     *
     * @param gpa 4 KiB-aligned; may be a page-table page's or a kernel page's
     */
    void logged(long gpa);
  }
}
