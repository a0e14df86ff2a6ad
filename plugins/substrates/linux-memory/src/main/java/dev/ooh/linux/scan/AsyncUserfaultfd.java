package dev.ooh.linux.scan;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
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

  private final LinuxCalls calls = new LinuxCalls();

  /** Freed by the collector: closing a shared arena stops every thread for a moment. */
  private final MemorySegment argument = Arena.ofAuto().allocate(Uffdio.BYTES, Long.BYTES);

  private final int fd;
  private PageSet registered = PageSet.empty();

  AsyncUserfaultfd(Architecture architecture) throws FacilityException {
    fd = open(architecture);
    try {
      Uffdio.api(argument, FEATURES);
      calls.ioctl(
          fd,
          Uffdio.UFFDIO_API,
          argument,
          () -> "UFFDIO_API with asynchronous write-protect (features 0x%x)".formatted(FEATURES));
    } catch (CallException e) {
      close();
      throw new FacilityException(
          e, Remedy.features(e, architecture.writeProtectSince("Linux 6.7")));
    }
  }

  private int open(Architecture architecture) throws FacilityException {
    try {
      return UserfaultfdCall.open(calls, architecture, Uffdio.UFFD_USER_MODE_ONLY);
    } catch (CallException e) {
      calls.close();
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
    } finally {
      registered = registered.union(done.build());
    }
  }

  /** What was registered, as far as this object knows. */
  PageSet registered() {
    return registered;
  }

  /**
   * Registers what is mapped there now, even if another mapping was registered there before, and
   * drops every mark of it.
   */
  void registerAnew(long start, long end) throws FacilityException {
    // First, for it is refused where another descriptor has the range.
    register(start, end);
    try {
      call(Uffdio.UFFDIO_UNREGISTER, "UFFDIO_UNREGISTER", start, end, 0);
    } catch (CallException e) {
      throw new FacilityException(e, Remedy.asynchronousRegistration(e));
    }
    register(start, end);
  }

  private void register(long start, long end) throws FacilityException {
    try {
      call(Uffdio.UFFDIO_REGISTER, "UFFDIO_REGISTER", start, end, Uffdio.REGISTER_MODE_WP);
    } catch (CallException e) {
      throw new FacilityException(e, Remedy.asynchronousRegistration(e));
    }
    if (Uffdio.isHugetlbfs(argument)) {
      // A discarded page of it leaves nothing behind that a scan would tell: a write would be lost.
      unregister(start, end);
      throw new FacilityException(
          CallException.of(
              "UFFDIO_REGISTER [0x%x, 0x%x) of hugetlbfs".formatted(start, end), Errno.EINVAL),
          Remedy.HUGETLBFS);
    }
  }

  private void call(long request, String name, long start, long end, long mode)
      throws CallException {
    Uffdio.range(argument, start, end, mode);
    calls.ioctl(
        fd,
        request,
        argument,
        () -> "%s [0x%x, 0x%x), %d bytes".formatted(name, start, end, end - start));
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
      unregister(gone.runStart(run), gone.runEnd(run));
    }
  }

  private void unregister(long start, long end) {
    try {
      call(Uffdio.UFFDIO_REGISTER, "UFFDIO_REGISTER", start, end, Uffdio.REGISTER_MODE_WP);
      call(Uffdio.UFFDIO_UNREGISTER, "UFFDIO_UNREGISTER", start, end, 0);
    } catch (CallException e) {
      // Unmapped already, or somebody else's: nothing to let go of.
    }
  }

  /**
   * Lets go of every range. The end of the descriptor would do as much, but not as long as a child
   * that was forked meanwhile has a copy of it.
   */
  @Override
  public void close() {
    unregister(registered);
    calls.closeDescriptor(fd);
    calls.close();
  }
}
