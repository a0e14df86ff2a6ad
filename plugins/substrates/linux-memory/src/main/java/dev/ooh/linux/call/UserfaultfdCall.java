package dev.ooh.linux.call;

import dev.ooh.linux.layout.Uffdio;
import java.lang.foreign.MemorySegment;

/**
 * The two doors to a userfaultfd: the system call, and the device for users whom the call is
 * refused.
 */
public final class UserfaultfdCall {
  private static final String DEVICE = "/dev/userfaultfd";

  private UserfaultfdCall() {}

  /**
   * Opens a userfaultfd, closed on exec and non-blocking: its handler polls, which a blocking one
   * does not allow.
   *
   * @param flags further ones, such as {@link Uffdio#UFFD_USER_MODE_ONLY}
   * @throws CallException the system call's refusal, when the device is not to be had either
   */
  public static int open(LinuxCalls calls, Architecture architecture, int flags)
      throws CallException {
    int all = flags | MappingFlags.O_CLOEXEC | MappingFlags.O_NONBLOCK;
    try {
      return calls.userfaultfd(architecture, all);
    } catch (CallException refused) {
      if (refused.errno() == Errno.ENOSYS) {
        // A kernel without the call has no such device: what stands there is something else.
        throw refused;
      }
      return openDevice(calls, all, refused);
    }
  }

  private static int openDevice(LinuxCalls calls, int flags, CallException refused)
      throws CallException {
    int device;
    try {
      device = calls.open(DEVICE, MappingFlags.O_RDWR);
    } catch (CallException e) {
      throw refused;
    }
    try {
      return calls.ioctl(
          device,
          Uffdio.USERFAULTFD_IOC_NEW,
          MemorySegment.ofAddress(flags),
          () -> "userfaultfd(flags 0x%x), and USERFAULTFD_IOC_NEW on %s".formatted(flags, DEVICE));
    } finally {
      calls.closeDescriptor(device);
    }
  }
}
