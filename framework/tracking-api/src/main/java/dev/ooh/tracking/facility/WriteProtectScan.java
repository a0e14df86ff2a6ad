package dev.ooh.tracking.facility;

import dev.ooh.memory.PageSet;
import java.util.Optional;

/**
 * Atomic read and re-arm in one pass: {@code ioctl(PAGEMAP_SCAN)} with asynchronous write-protect
 * (linux/fs.h, {@code PM_SCAN_WP_MATCHING}). Safe under concurrent writers. One tracker a range.
 */
public interface WriteProtectScan {
  /**
   * Starts scanning for one tracker.
   *
   * @throws FacilityException when the kernel lacks it or refuses it to this user
   */
  Scanner open() throws FacilityException;

  /** One tracker's scanner. Called by one thread at a time. */
  interface Scanner extends AutoCloseable {
    /** Makes {@code ranges} scannable; a range already registered by this scanner is skipped. */
    void register(PageSet ranges) throws FacilityException;

    /** Forgets ranges that were unmapped. */
    void unregister(PageSet ranges);

    /**
     * Write-protects {@code rearm} and reports what had been written of {@code scan}. Each page's
     * read and re-arm is one atomic step.
     *
     * @param rearm within {@code scan}, and registered
     */
    PageSet scan(PageSet scan, PageSet rearm) throws FacilityException;

    /**
     * Why pages may be missing from the scans since this was last asked, though registered: a
     * mapping was replaced, moved or unmapped behind the scanner's back. Reading it clears it.
     */
    default Optional<String> lost() {
      return Optional.empty();
    }

    /** Unregisters everything. Closing twice does nothing. */
    @Override
    void close();
  }
}
