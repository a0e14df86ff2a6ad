package dev.ooh.machine.extension;

/**
 * Pages of the guest kernel, contiguous in guest-physical memory. Accesses are the kernel's own: on
 * the machine's CPU, through the EPT, and logged like any guest access.
 */
public interface KernelPages extends AutoCloseable {
  /** Of the first byte; page-aligned. */
  long gpa();

  long bytes();

  /**
   * @param offset a multiple of 8 below {@link #bytes}
   */
  long getLong(long offset);

  void setLong(long offset, long value);

  /** Frees the pages. No device may hand them out any more. Closing twice does nothing. */
  @Override
  void close();
}
