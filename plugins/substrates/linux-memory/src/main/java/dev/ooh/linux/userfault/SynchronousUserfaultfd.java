package dev.ooh.linux.userfault;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.linux.call.Remedy;
import dev.ooh.linux.layout.Uffdio;
import dev.ooh.tracking.facility.FacilityException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A userfaultfd whose faults a handler resolves, the kernel's own faults included: without those, a
 * read(2) into a protected page would fail with EFAULT. That takes CAP_SYS_PTRACE, the sysctl
 * vm.unprivileged_userfaultfd, or access to /dev/userfaultfd, which are tried in this order.
 */
final class SynchronousUserfaultfd implements AutoCloseable {
  private static final long FEATURES =
      Uffdio.FEATURE_PAGEFAULT_FLAG_WP
          | Uffdio.FEATURE_WP_UNPOPULATED
          | Uffdio.FEATURE_WP_HUGETLBFS_SHMEM;

  /** Non-blocking, since its handler polls; a blocking one can't be polled. */
  private static final int FLAGS = MappingFlags.O_CLOEXEC | MappingFlags.O_NONBLOCK;

  private final LinuxCalls calls = new LinuxCalls();
  private final int fd;

  SynchronousUserfaultfd(Architecture architecture) throws FacilityException {
    fd = openOrRelease(architecture);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment argument = arena.allocate(Uffdio.BYTES, Long.BYTES);
      Uffdio.api(argument, FEATURES);
      calls.ioctl(
          fd,
          Uffdio.UFFDIO_API,
          argument,
          () -> "UFFDIO_API with write-protect (features 0x%x)".formatted(FEATURES));
    } catch (CallException e) {
      close();
      throw new FacilityException(e, Remedy.features(e, "Linux 6.4"));
    }
  }

  private int openOrRelease(Architecture architecture) throws FacilityException {
    try {
      return open(architecture);
    } catch (CallException e) {
      calls.close();
      throw new FacilityException(e, Remedy.allFaults(e));
    }
  }

  int fd() {
    return fd;
  }

  private int open(Architecture architecture) throws CallException {
    try {
      return calls.userfaultfd(architecture, FLAGS);
    } catch (CallException refused) {
      return openDevice(refused);
    }
  }

  private int openDevice(CallException refused) throws CallException {
    int device;
    try {
      device = calls.open("/dev/userfaultfd", MappingFlags.O_RDWR);
    } catch (CallException e) {
      throw refused;
    }
    try {
      return calls.ioctl(
          device,
          Uffdio.USERFAULTFD_IOC_NEW,
          MemorySegment.ofAddress(FLAGS),
          () -> "USERFAULTFD_IOC_NEW on /dev/userfaultfd");
    } finally {
      calls.closeDescriptor(device);
    }
  }

  @Override
  public void close() {
    calls.closeDescriptor(fd);
    calls.close();
  }
}
