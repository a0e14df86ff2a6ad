package dev.ooh.machine.extension;

/** A device opened by a process: the user side. Any thread may call. */
public interface DeviceFile extends AutoCloseable {
  /** The opener, the only process that can use the file. */
  GuestProcess opener();

  /**
   * The same open file as {@code other} has it, which got its descriptor by fork(2) or by
   * SCM_RIGHTS. It may close it, which closes nothing; all else is refused with EPERM. The file
   * ends with its opener, whoever else has it.
   */
  DeviceFile sentTo(GuestProcess other);

  /** Whether it was not closed, and neither its opener nor the device has gone. */
  boolean isOpen();

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
