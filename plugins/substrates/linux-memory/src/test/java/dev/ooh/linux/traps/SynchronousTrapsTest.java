package dev.ooh.linux.traps;

import static dev.ooh.linux.traps.TrackedRegion.PAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.linux.layout.Uffdio;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.SegmentAdoption;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Traps of synchronous userfaultfd and its monitor, one test each. */
@Timeout(300)
class SynchronousTrapsTest {
  @TempDir Path folder;
  private final AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("traps"));
  private final Region region = space.map(RegionRequest.anonymous("trap", 64 * PAGE));

  @AfterEach
  void close() {
    space.close();
  }

  private Descriptor open() throws Exception {
    Userfaultfd facility = space.facility(Userfaultfd.class).orElseThrow();
    assumeTrue(
        facility.modes().contains(Mode.SYNCHRONOUS_WRITE_PROTECT),
        "needs CAP_SYS_PTRACE, vm.unprivileged_userfaultfd or /dev/userfaultfd");
    return facility.open(Mode.SYNCHRONOUS_WRITE_PROTECT);
  }

  private PageSet page(int number) {
    return PageSet.builder().addPage(region.start() + (long) number * PAGE).build();
  }

  private Path file(int pages) throws Exception {
    return Files.write(folder.resolve("file"), new byte[pages * PAGE]);
  }

  /** A handler that takes no faults of the kernel makes read(2) fail: why that flag isn't used. */
  @Test
  void aKernelWriteFailsWhereOnlyUserModeFaultsAreHandled() throws Exception {
    try (LinuxCalls calls = new LinuxCalls();
        Arena arena = Arena.ofConfined()) {
      MemorySegment argument = arena.allocate(Uffdio.BYTES, 8);
      int userfaultfd =
          calls.userfaultfd(
              Architecture.current().orElseThrow(),
              Uffdio.UFFD_USER_MODE_ONLY | MappingFlags.O_CLOEXEC);
      int file = calls.open(file(1).toString(), MappingFlags.O_RDONLY);
      try {
        Uffdio.api(argument, Uffdio.FEATURE_WP_UNPOPULATED);
        calls.ioctl(userfaultfd, Uffdio.UFFDIO_API, argument, () -> "UFFDIO_API");
        Uffdio.range(argument, region.start(), region.end(), Uffdio.REGISTER_MODE_WP);
        calls.ioctl(userfaultfd, Uffdio.UFFDIO_REGISTER, argument, () -> "UFFDIO_REGISTER");
        Uffdio.range(argument, region.start(), region.end(), Uffdio.WRITEPROTECT_MODE_WP);
        calls.ioctl(userfaultfd, Uffdio.UFFDIO_WRITEPROTECT, argument, () -> "protect");
        MemorySegment target = MemorySegment.ofAddress(region.start()).reinterpret(PAGE);
        assertThatThrownBy(() -> calls.read(file, target))
            .isInstanceOfSatisfying(
                CallException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EFAULT));
      } finally {
        calls.closeDescriptor(file);
        calls.closeDescriptor(userfaultfd);
      }
    }
  }

  @Test
  void aKernelWriteIntoAProtectedPageSucceedsAndIsReported() throws Exception {
    try (Arena arena = Arena.ofShared();
        FileChannel channel = FileChannel.open(file(2), StandardOpenOption.READ);
        Descriptor descriptor = open()) {
      MemorySegment segment = arena.allocate(8 * PAGE, PAGE);
      Region adopted = space.facility(SegmentAdoption.class).orElseThrow().adopt("buffer", segment);
      descriptor.register(adopted.pages());
      descriptor.writeProtect(adopted.pages());
      assertThat(channel.read(segment.asSlice(3 * PAGE, 2 * PAGE).asByteBuffer()))
          .isEqualTo(2 * PAGE);
      long start = segment.address() + 3 * PAGE;
      assertThat(descriptor.drain()).isEqualTo(PageSet.of(start, start + 2 * PAGE));
      descriptor.unregister(adopted.pages());
      segment.set(ValueLayout.JAVA_BYTE, 7 * PAGE, (byte) 1);
      assertThat(descriptor.drain()).as("released").isEqualTo(PageSet.empty());
    }
  }

  @Test
  void aPageThatWasNeverPopulatedIsProtectedToo() throws Exception {
    try (Descriptor descriptor = open()) {
      descriptor.register(region.pages());
      descriptor.writeProtect(region.pages());
      space.memory().putLong(region.start() + 5 * PAGE, 1);
      assertThat(descriptor.drain()).isEqualTo(page(5));
    }
  }

  @Test
  void aFileIsRefusedWithTheKernelsReason() throws Exception {
    Path onDisk = Files.createTempFile(Path.of("target"), "trap", ".bin");
    try (Descriptor descriptor = open()) {
      Files.write(onDisk, new byte[4 * PAGE]);
      assumeTrue(!Files.getFileStore(onDisk).type().equals("tmpfs"), "target is on tmpfs");
      Region file =
          space.map(
              new RegionRequest(
                  "file",
                  4 * PAGE,
                  Optional.empty(),
                  RegionRequest.Kind.FILE,
                  Optional.of(onDisk),
                  false));
      assertThatThrownBy(() -> descriptor.register(file.pages()))
          .isInstanceOfSatisfying(
              FacilityException.class, e -> assertThat(e.remedy()).contains("asynchronous"))
          .hasMessageContaining("UFFDIO_REGISTER")
          .hasMessageContaining("Invalid argument");
      descriptor.register(region.pages());
      descriptor.writeProtect(region.pages());
      space.memory().putLong(region.start(), 1);
      assertThat(descriptor.drain()).as("others go on").isEqualTo(page(0));
    } finally {
      Files.delete(onDisk);
    }
  }

  /** Only the monitor holds the descriptor, so its end wakes whoever waits. */
  @Test
  void theMonitorsDeathHangsNoWriter() throws Exception {
    try (Descriptor descriptor = open()) {
      descriptor.register(region.pages());
      AtomicBoolean stop = new AtomicBoolean();
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (long i = 0; !stop.get(); i++) {
                      space.memory().putLong(region.start() + i % 64 * PAGE, i);
                    }
                  });
      for (int round = 0; round < 3; round++) {
        descriptor.writeProtect(region.pages());
        Monitors.kill();
        descriptor.drain();
        assertThat(descriptor.lost()).isPresent();
      }
      stop.set(true);
      writer.join();
    }
  }

  @Test
  void aDeadMonitorIsReplacedAndNoneIsLeftBehind() throws Exception {
    try (Descriptor descriptor = open()) {
      descriptor.register(region.pages());
      descriptor.writeProtect(region.pages());
      descriptor.drain();
      assertThat(descriptor.lost()).isEmpty();
      long first = Monitors.pids().getFirst();
      Monitors.kill();
      descriptor.drain();
      assertThat(descriptor.lost()).isPresent();
      assertThat(Monitors.pids()).hasSize(1).doesNotContain(first);
    }
    space.close();
    assertThat(Monitors.pids()).isEmpty();
  }

  @Test
  void theTrackedJvmsDeathEndsTheMonitor() throws Exception {
    open().close();
    try (Child child = Child.start(folder, "exec ", Child.Role.HOLD_A_MONITOR)) {
      long pid = Long.parseLong(child.line());
      ProcessHandle monitor = ProcessHandle.of(pid).orElseThrow();
      List<String> command = List.of(monitor.info().arguments().orElseThrow());
      Path classes = Path.of(command.get(command.indexOf("-cp") + 1));
      assertThat(classes).as("its classes, which it has loaded").doesNotExist();
      assertThat(session(pid)).as("where no terminal ends it").isEqualTo(pid);
      child.process().destroyForcibly().waitFor();
      monitor.onExit().join();
      assertThat(monitor.isAlive()).isFalse();
    }
  }

  /** The sixth field of proc_pid_stat(5), of which the second ends with the last parenthesis. */
  private static long session(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[3]);
  }

  @Test
  void theDescriptorLimitIsAnErrorThatNamesItAndTrackingGoesOn() throws Exception {
    try (Child child = Child.start(folder, "ulimit -n 200; exec ", Child.Role.USE_UP_DESCRIPTORS)) {
      assertThat(child.line()).contains("Too many open files (errno 24)").contains("ulimit -n");
      assertThat(child.line()).isEqualTo("goes on");
      assertThat(child.process().waitFor()).isZero();
    }
  }
}
