package dev.ooh.machine.extension;

/** A device that a kernel module offers to processes. */
@FunctionalInterface
public interface UioDevice {
  /**
   * A process opens the device. Runs in the kernel.
   *
   * @throws IllegalStateException to refuse; the opener gets it as it is
   */
  Session open(GuestProcess opener);

  /** One open file of the device. */
  interface Session {
    /**
     * A device-specific request; the system call is counted already, what it does is not.
     *
     * @throws IllegalArgumentException for a request the device doesn't know
     */
    long ioctl(int request, long argument);

    /**
     * The memory that the opener may map: it alone can read and write it.
     *
     * @param offset which memory, by the device's own convention
     * @throws IllegalArgumentException if there is none
     */
    KernelPages mmap(long offset);

    /** The opener closed the file or exited. Its mappings are gone. */
    void close();
  }
}
