package dev.ooh.tracking.facility;

import dev.ooh.memory.PageSet;

/**
 * Copies the machine below the tracked process to another one while it runs, in rounds: what was
 * written during one round is copied in the next (pre-copy). A hypervisor does so unasked, and is
 * another user of whatever the hardware logs: it must take nothing from a technique, and no
 * technique may take anything from it.
 */
public interface LiveMigration {
  /**
   * Starts one; its first round copies everything that the machine uses.
   *
   * @throws FacilityException if the other machine can't be had
   */
  Migration start() throws FacilityException;

  /** A migration under way. Any thread may call; who started it closes it. */
  interface Migration extends AutoCloseable {
    /**
     * Copies what was written since the round before, by whomever.
     *
     * @return those of the copied pages that are the tracked process's, at its addresses
     */
    PageSet round();

    /**
     * The last round, with the machine stopped; then compares all memory, and closes.
     *
     * @throws FacilityException if a page differs, naming the first
     */
    void finish() throws FacilityException;

    /** Gives up. Closing twice does nothing. */
    @Override
    void close();
  }
}
