package dev.ooh.linux.scan;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.Remedy;
import dev.ooh.linux.call.UserfaultfdCall;
import dev.ooh.linux.layout.Uffdio;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A userfaultfd whose write-protect faults the kernel resolves itself ({@code
 * UFFD_FEATURE_WP_ASYNC}). It asks for user-mode faults only, which needs no privilege; the kernel
 * resolves its own faults just the same in this mode.
 */
final class AsyncUserfaultfd implements AutoCloseable {
  private static final long FEATURES =
      Uffdio.FEATURE_PAGEFAULT_FLAG_WP
          | Uffdio.FEATURE_WP_UNPOPULATED
          | Uffdio.FEATURE_WP_HUGETLBFS_SHMEM
          | Uffdio.FEATURE_WP_ASYNC;

  private final LinuxCalls calls;
  private final MemorySegment argument;
  private final int fd;
  private PageSet registered = PageSet.empty();

  AsyncUserfaultfd(LinuxCalls calls, Arena arena, Architecture architecture)
      throws FacilityException {
    this.calls = calls;
    argument = arena.allocate(Uffdio.BYTES, Long.BYTES);
    fd = open(architecture);
    try {
      Uffdio.api(argument, FEATURES);
      calls.ioctl(
          fd,
          Uffdio.UFFDIO_API,
          argument,
          () -> "UFFDIO_API with asynchronous write-protect (features 0x%x)".formatted(FEATURES));
    } catch (CallException e) {
      calls.closeDescriptor(fd);
      throw new FacilityException(e, Remedy.features(e, "Linux 6.7"));
    }
  }

  private int open(Architecture architecture) throws FacilityException {
    try {
      return UserfaultfdCall.open(calls, architecture, Uffdio.UFFD_USER_MODE_ONLY);
    } catch (CallException e) {
      throw new FacilityException(e, Remedy.userModeOnly(e));
    }
  }

  void register(PageSet ranges) throws FacilityException {
    PageSet fresh = ranges.minus(registered);
    PageSet.Builder done = PageSet.builder();
    try {
      for (int run = 0; run < fresh.runCount(); run++) {
        register(fresh.runStart(run), fresh.runEnd(run));
        done.add(fresh.runStart(run), fresh.runEnd(run));
      }
    } catch (CallException e) {
      throw new FacilityException(e, Remedy.asynchronousRegistration(e));
    } finally {
      registered = registered.union(done.build());
    }
  }

  private void register(long start, long end) throws CallException {
    Uffdio.range(argument, start, end, Uffdio.REGISTER_MODE_WP);
    calls.ioctl(
        fd,
        Uffdio.UFFDIO_REGISTER,
        argument,
        () -> "UFFDIO_REGISTER [0x%x, 0x%x), %d bytes".formatted(start, end, end - start));
  }

  /**
   * Lets go of ranges. The kernel forgot those that were unmapped; released memory that is still
   * mapped would fault on, and be refused to the next tracker.
   *
   * <p>Addresses that were unmapped meanwhile may be another tracker's by now, and kernels before
   * 6.17 let any descriptor unregister another's range. Registering fails with EBUSY there.
   */
  void unregister(PageSet ranges) {
    PageSet gone = ranges.intersect(registered);
    registered = registered.minus(gone);
    for (int run = 0; run < gone.runCount(); run++) {
      try {
        Uffdio.range(argument, gone.runStart(run), gone.runEnd(run), Uffdio.REGISTER_MODE_WP);
        calls.ioctl(fd, Uffdio.UFFDIO_REGISTER, argument, () -> "UFFDIO_REGISTER");
        Uffdio.range(argument, gone.runStart(run), gone.runEnd(run), 0);
        calls.ioctl(fd, Uffdio.UFFDIO_UNREGISTER, argument, () -> "UFFDIO_UNREGISTER");
      } catch (CallException e) {
        // Unmapped already, or somebody else's: nothing to let go of.
      }
    }
  }

  /** Closing the descriptor unregisters every range and drops its protection. */
  @Override
  public void close() {
    calls.closeDescriptor(fd);
  }
}
