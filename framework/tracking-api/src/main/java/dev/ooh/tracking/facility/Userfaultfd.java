package dev.ooh.tracking.facility;

import dev.ooh.memory.PageSet;
import java.util.Optional;
import java.util.Set;

/**
 * userfaultfd (Linux Documentation/admin-guide/mm/userfaultfd.rst). The facility runs the fault
 * handler where one is needed; a technique sees only what was faulted.
 */
public interface Userfaultfd {
  /** How faults are resolved and what is watched. */
  enum Mode {
    /** A write-protect fault goes to a handler, which records the page and unprotects it. */
    SYNCHRONOUS_WRITE_PROTECT,
    /** The kernel resolves the write-protect fault itself and remembers it. */
    ASYNCHRONOUS_WRITE_PROTECT,
    /** The first touch of a page that was never populated goes to a handler, which fills it. */
    MISSING
  }

  /** The modes that work here, found by trying. */
  Set<Mode> modes();

  /**
   * Opens a descriptor.
   *
   * @throws FacilityException when the mode is not available, naming the call and the reason
   */
  Descriptor open(Mode mode) throws FacilityException;

  /** An open descriptor. Called by one thread at a time, beside the handler's own. */
  interface Descriptor extends AutoCloseable {
    /** Registers ranges; those already registered here are skipped, others' fail with EBUSY. */
    void register(PageSet ranges) throws FacilityException;

    /** Forgets ranges that were unmapped, with their faults not yet drained. */
    void unregister(PageSet ranges);

    /** Write-protects registered ranges, unpopulated pages included. */
    void writeProtect(PageSet ranges) throws FacilityException;

    /**
     * The pages whose faults were resolved since the last drain, each recorded before its writer
     * went on, and those that lost their protection otherwise. They are no longer protected.
     */
    PageSet drain() throws FacilityException;

    /**
     * As {@link #drain()}, and write-protects those of the pages again that are in {@code rearm}.
     * Where one call of the kernel can do both, it costs no call for each run of pages.
     */
    default PageSet drain(PageSet rearm) throws FacilityException {
      PageSet drained = drain();
      PageSet again = drained.intersect(rearm);
      if (!again.isEmpty()) {
        writeProtect(again);
      }
      return drained;
    }

    /** Why faults may have been lost since the last drain; reading it clears it. */
    Optional<String> lost();

    /** Unregisters everything and wakes every blocked thread. Closing twice does nothing. */
    @Override
    void close();
  }
}
