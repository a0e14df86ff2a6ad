package dev.ooh.machine.extension;

/** A device opened by a process: the user side. Any thread may call. */
public interface DeviceFile extends AutoCloseable {
  /** The opener, the only process that can use the file. */
  GuestProcess opener();

  /**
   * Sends the device a request; a system call (M1). What the device throws reaches the caller.
   *
   * @param request a number that the device knows
   * @throws IllegalStateException if the file is closed
   */
  long ioctl(int request, long argument);

  /**
   * Maps memory of the device; a system call (M1).
   *
   * @param offset which memory, by the device's own convention
   * @throws IllegalArgumentException if the device has none there
   * @throws IllegalStateException if the file is closed
   */
  DeviceMapping mmap(long offset);

  /** Unmaps and closes; a system call (M1). Closing twice does nothing. */
  @Override
  void close();
}
