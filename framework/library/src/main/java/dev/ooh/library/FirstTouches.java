package dev.ooh.library;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.SegmentAdoption;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Tells which pages of a segment were touched for the first time: how much of an arena, a heap or a
 * table is really in use, and when it came into use.
 *
 * <pre>{@code
 * try (FirstTouches touches = FirstTouches.of(segment)) {
 *   segment.get(ValueLayout.JAVA_LONG, 5 * 4096);
 *   PageSet fresh = touches.next().pages(); // the page of that load
 * }
 * }</pre>
 *
 * <p>A touch is a load or a store, by the program or by the kernel for it (read(2) into the
 * segment), to a page that has no contents yet: never touched since it was mapped, or emptied since
 * by madvise(MADV_DONTNEED). Each page is told once. Pages that have contents when this starts are
 * never told, and nor are later stores to a touched page: this is no way to learn what changed,
 * which is {@link PageTracker}'s. A page that was swapped out has contents. Memory may be anonymous
 * or a memfd, where contents are those of the file, whoever wrote them; not a file on disk.
 *
 * <p>Each first touch waits, some ten microseconds, for another process to supply a page of zeroes
 * (userfaultfd, {@code UFFDIO_REGISTER_MODE_MISSING}). It takes the sysctl {@code
 * vm.unprivileged_userfaultfd=1}, CAP_SYS_PTRACE or access to /dev/userfaultfd. One range has one
 * tracker: no {@link PageTracker} beside it. Safe for any thread.
 */
public final class FirstTouches implements AutoCloseable {
  private final AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("touches"));
  private final Descriptor descriptor;

  /**
   * What was touched since last asked.
   *
   * @param pages whole pages
   * @param lost why pages touched meanwhile may be missing; empty when none is
   */
  public record Touched(PageSet pages, Optional<String> lost) {}

  private FirstTouches(MemorySegment segment) throws TrackingException {
    Descriptor opened = null;
    try {
      Region region =
          space.facility(SegmentAdoption.class).orElseThrow().adopt("touched segment", segment);
      opened = space.facility(Userfaultfd.class).orElseThrow().open(Mode.MISSING);
      opened.register(region.pages());
      descriptor = opened;
    } catch (TrackingException | RuntimeException | Error e) {
      if (opened != null) {
        opened.close();
      }
      space.close();
      throw e;
    }
  }

  /**
   * Starts watching the pages that hold {@code segment}.
   *
   * @throws IllegalStateException on a system that is not Linux on x86-64 or aarch64, or whose
   *     pages have not 4 KiB, or where native access is denied to this class's module
   * @throws TrackingException if the segment or this user is refused; the message names address,
   *     size and the kernel's reason, {@link TrackingException#remedy} what would help
   */
  public static FirstTouches of(MemorySegment segment) throws TrackingException {
    return new FirstTouches(segment);
  }

  /**
   * What was touched for the first time since this was last asked, or started.
   *
   * @throws TrackingException if the monitor died and no other can take its place
   */
  public synchronized Touched next() throws TrackingException {
    return new Touched(descriptor.drain(), descriptor.lost());
  }

  /** Ends the watch; the segment stays. To be called before its arena closes. */
  @Override
  public synchronized void close() {
    descriptor.close();
    space.close();
  }
}
