package dev.ooh.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.library.FirstTouches.Touched;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.facility.Userfaultfd;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class FirstTouchesTest {
  private static final int PAGE = PageSet.PAGE_SIZE;

  @BeforeAll
  static void whereTheKernelOffersIt() {
    try (AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("probe"))) {
      assumeTrue(
          space
              .facility(Userfaultfd.class)
              .orElseThrow()
              .modes()
              .contains(Userfaultfd.Mode.MISSING),
          "needs CAP_SYS_PTRACE, vm.unprivileged_userfaultfd or /dev/userfaultfd");
    }
  }

  /** Memory that nobody touched: what malloc gives out may be older. */
  private static MemorySegment fresh(Arena arena, int pages) {
    MemorySegment segment = arena.allocate((long) pages * PAGE, PAGE);
    empty(segment);
    return segment;
  }

  private static void empty(MemorySegment segment) {
    try {
      Linker linker = Linker.nativeLinker();
      int result =
          (int)
              linker
                  .downcallHandle(
                      linker.defaultLookup().find("madvise").orElseThrow(),
                      FunctionDescriptor.of(
                          ValueLayout.JAVA_INT,
                          ValueLayout.JAVA_LONG,
                          ValueLayout.JAVA_LONG,
                          ValueLayout.JAVA_INT))
                  .invokeExact(segment.address(), segment.byteSize(), 4);
      assertThat(result).isZero();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static PageSet pages(MemorySegment segment, int first, int count) {
    long start = segment.address() + (long) first * PAGE;
    return PageSet.of(start, start + (long) count * PAGE);
  }

  private static long openSockets() throws IOException {
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors
          .filter(
              descriptor -> {
                try {
                  return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
                } catch (IOException e) {
                  return false;
                }
              })
          .count();
    }
  }

  private static Touched touched(PageSet pages) {
    return new Touched(pages, Optional.empty());
  }

  @Test
  void loadsAndStoresOfTheProgramAndOfTheKernelAreToldOnce(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("f"), new byte[3 * PAGE]);
    try (Arena arena = Arena.ofShared();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment segment = fresh(arena, 64);
      segment.set(ValueLayout.JAVA_LONG, 60 * PAGE, 1); // has contents already
      try (FirstTouches touches = FirstTouches.of(segment)) {
        assertThat(touches.next()).isEqualTo(touched(PageSet.empty()));
        assertThat(segment.get(ValueLayout.JAVA_LONG, 5 * PAGE)).isZero();
        segment.set(ValueLayout.JAVA_LONG, 6 * PAGE, 42);
        segment.set(ValueLayout.JAVA_LONG, 60 * PAGE, 2);
        channel.read(segment.asSlice(20 * PAGE, 2 * PAGE).asByteBuffer());
        assertThat(touches.next())
            .isEqualTo(touched(pages(segment, 5, 2).union(pages(segment, 20, 2))));
        segment.set(ValueLayout.JAVA_LONG, 5 * PAGE, 43);
        segment.set(ValueLayout.JAVA_LONG, 6 * PAGE, 43);
        assertThat(touches.next()).isEqualTo(touched(PageSet.empty()));
        empty(segment.asSlice(6 * PAGE, PAGE));
        assertThat(segment.get(ValueLayout.JAVA_LONG, 6 * PAGE)).isZero();
        assertThat(touches.next()).isEqualTo(touched(pages(segment, 6, 1)));
      }
      segment.set(ValueLayout.JAVA_LONG, 40 * PAGE, 1);
      assertThat(segment.get(ValueLayout.JAVA_LONG, 5 * PAGE)).isEqualTo(43);
    }
  }

  @Test
  void theMonitorsDeathIsTold() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = fresh(arena, 8);
      try (FirstTouches touches = FirstTouches.of(segment)) {
        ProcessHandle.current()
            .children()
            .filter(child -> child.info().command().orElse("").endsWith("java"))
            .forEach(
                child -> {
                  child.destroyForcibly();
                  child.onExit().join();
                });
        segment.set(ValueLayout.JAVA_LONG, 0, 1);
        assertThat(touches.next().lost())
            .hasValueSatisfying(why -> assertThat(why).contains("died"));
        segment.set(ValueLayout.JAVA_LONG, PAGE, 1);
        assertThat(touches.next()).isEqualTo(touched(pages(segment, 1, 1)));
      }
    }
  }

  @Test
  void memoryThatIsTrackedAlreadyIsRefused() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = fresh(arena, 8);
      try (FirstTouches first = FirstTouches.of(segment)) {
        long before = openSockets();
        assertThatThrownBy(() -> FirstTouches.of(segment))
            .isInstanceOfSatisfying(
                TrackingException.class, e -> assertThat(e.remedy()).contains("one tracker"))
            .hasMessageContaining("UFFDIO_REGISTER [0x%x".formatted(segment.address()))
            .hasMessageContaining("32768 bytes")
            .hasMessageContaining("Device or resource busy (errno 16)");
        assertThat(openSockets()).isEqualTo(before);
        segment.set(ValueLayout.JAVA_LONG, 0, 1);
        assertThat(first.next()).isEqualTo(touched(pages(segment, 0, 1)));
      }
    }
  }
}
