package dev.ooh.linux.scan;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
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
    int opened = -1;
    try {
      opened =
          calls.userfaultfd(
              architecture,
              Uffdio.UFFD_USER_MODE_ONLY | MappingFlags.O_CLOEXEC | MappingFlags.O_NONBLOCK);
      Uffdio.api(argument, FEATURES);
      calls.ioctl(
          opened,
          Uffdio.UFFDIO_API,
          argument,
          () -> "UFFDIO_API with asynchronous write-protect (features 0x%x)".formatted(FEATURES));
    } catch (CallException e) {
      if (opened >= 0) {
        calls.closeDescriptor(opened);
      }
      throw new FacilityException(e);
    }
    fd = opened;
  }

  PageSet registered() {
    return registered;
  }

  void register(PageSet ranges) throws FacilityException {
    PageSet fresh = ranges.minus(registered);
    for (int run = 0; run < fresh.runCount(); run++) {
      long start = fresh.runStart(run);
      long end = fresh.runEnd(run);
      Uffdio.range(argument, start, end, Uffdio.REGISTER_MODE_WP);
      call(Uffdio.UFFDIO_REGISTER, "UFFDIO_REGISTER", start, end);
      registered = registered.union(PageSet.of(start, end));
    }
  }

  /** The kernel forgot these with their mappings. */
  void forget(PageSet ranges) {
    registered = registered.minus(ranges);
  }

  /** Closing the descriptor unregisters every range and drops its protection. */
  @Override
  public void close() {
    calls.closeDescriptor(fd);
  }

  private void call(long request, String what, long start, long end) throws FacilityException {
    try {
      calls.ioctl(
          fd,
          request,
          argument,
          () -> "%s [0x%x, 0x%x), %d bytes".formatted(what, start, end, end - start));
    } catch (CallException e) {
      throw new FacilityException(e);
    }
  }
}
