package dev.ooh.linux.userfault;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.Remedy;
import dev.ooh.linux.call.UserfaultfdCall;
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
      throw new FacilityException(
          e, Remedy.features(e, architecture.writeProtectSince("Linux 6.7")));
    }
  }

  private int openOrRelease(Architecture architecture) throws FacilityException {
    try {
      return UserfaultfdCall.open(calls, architecture, 0);
    } catch (CallException e) {
      calls.close();
      throw new FacilityException(e, Remedy.allFaults(e));
    }
  }

  int fd() {
    return fd;
  }

  @Override
  public void close() {
    calls.closeDescriptor(fd);
    calls.close();
  }
}
