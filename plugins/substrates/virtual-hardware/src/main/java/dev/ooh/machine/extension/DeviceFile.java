package dev.ooh.machine.extension;

/** A device opened by a process: the user side. Any thread may call. */
public interface DeviceFile extends AutoCloseable {
  /** The opener, the only process that can use the file. */
  GuestProcess opener();

  /** A system call (M1). Exceptions of the device come through as they are. */
  long ioctl(int request, long argument);

  /** Maps the device's memory; a system call (M1). */
  DeviceMapping mmap(long offset);

  /** Unmaps and closes; a system call (M1). Closing twice does nothing. */
  @Override
  void close();
}
