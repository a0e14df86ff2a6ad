package dev.ooh.linux.traps;

import static dev.ooh.linux.traps.TrackedRegion.PAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.ShortSlice;
import dev.ooh.linux.monitor.MonitorLimits;
import dev.ooh.linux.monitor.MonitorPool;
import dev.ooh.linux.scan.WriteProtectScans;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.linux.userfault.LinuxUserfaultfd;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One monitor for several descriptors, and what becomes of them when it doesn't do its work. */
@Timeout(300)
class MonitorTrapsTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("traps"));
  private final Region one = space.map(RegionRequest.anonymous("one", 8 * PAGE));
  private final Region other = space.map(RegionRequest.anonymous("other", 8 * PAGE));
  private MonitorPool pool = new MonitorPool();

  @AfterEach
  void close() {
    pool.leave();
    space.close();
    assertThat(Monitors.pids()).isEmpty();
  }

  private void pool(Duration stopped, Duration answer, Duration idle) {
    pool = new MonitorPool(new MonitorLimits(stopped, answer, idle, 4096));
  }

  private Descriptor open(Region region) throws Exception {
    Architecture architecture = Architecture.current().orElseThrow();
    LinuxUserfaultfd facility =
        new LinuxUserfaultfd(architecture, new WriteProtectScans(architecture), pool);
    assumeTrue(
        facility.modes().contains(Mode.SYNCHRONOUS_WRITE_PROTECT),
        "needs CAP_SYS_PTRACE, vm.unprivileged_userfaultfd or /dev/userfaultfd");
    Descriptor descriptor = facility.open(Mode.SYNCHRONOUS_WRITE_PROTECT);
    descriptor.register(region.pages());
    descriptor.writeProtect(region.pages());
    return descriptor;
  }

  private PageSet write(Region region, int page) {
    long address = region.start() + (long) page * PAGE;
    space.memory().putLong(address, 1);
    return PageSet.builder().addPage(address).build();
  }

  private void assertTracks(Descriptor descriptor, Region region) throws Exception {
    descriptor.writeProtect(region.pages());
    PageSet written = write(region, 5);
    assertThat(descriptor.drain()).isEqualTo(written);
    assertThat(descriptor.lost()).isEmpty();
  }

  @Test
  void oneMonitorServesSeveralDescriptorsAndEachSeesItsOwn() throws Exception {
    pool.enter();
    try (Descriptor first = open(one);
        Descriptor second = open(other)) {
      assertThat(Monitors.pids()).hasSize(1);
      PageSet ofOne = write(one, 3);
      PageSet ofOther = write(other, 4);
      assertThat(first.drain()).isEqualTo(ofOne);
      assertThat(second.drain()).isEqualTo(ofOther);
      first.close();
      assertTracks(second, other);
      try (Descriptor again = open(one)) {
        assertTracks(again, one);
      }
    }
  }

  @Test
  void moreFaultsThanItKeepsAreLostToTheirDescriptorAlone() throws Exception {
    pool = new MonitorPool(new MonitorLimits(LONG, LONG, LONG, 4));
    pool.enter();
    try (Descriptor first = open(one);
        Descriptor second = open(other)) {
      long monitor = Monitors.pids().getFirst();
      for (int page : new int[] {0, 2, 4, 6, 7}) {
        write(one, page);
      }
      for (int page = 0; page < 8; page++) {
        write(other, page);
      }
      first.drain();
      assertThat(first.lost())
          .hasValueSatisfying(why -> assertThat(why).contains("5 first writes"));
      assertThat(second.drain()).isEqualTo(other.pages());
      assertThat(second.lost()).isEmpty();

      assertTracks(first, one);
      assertTracks(second, other);
      assertThat(Monitors.pids()).containsExactly(monitor);
    }
  }

  /** Its writers wait, however much the machine has to do. */
  @Test
  void whoeverHandlesFaultsAsksForShortSlices() throws Exception {
    String[] kernel = System.getProperty("os.version").split("\\D+");
    int version = Integer.parseInt(kernel[0]) * 1000 + Integer.parseInt(kernel[1]);
    assumeTrue(version >= 6012, "needs Linux 6.12");
    pool.enter();
    try (Descriptor descriptor = open(one)) {
      write(one, 3);
      assertThat(descriptor.drain().pageCount()).as("both threads are at work").isEqualTo(1);
      Map<String, Long> slices = Monitors.slices();
      assumeTrue(!slices.isEmpty(), "needs a kernel with /proc/PID/sched");
      assertThat(slices)
          .hasEntrySatisfying("faults", slice -> assertThat(slice).isEqualTo(ShortSlice.NANOS))
          .hasEntrySatisfying("requests", slice -> assertThat(slice).isEqualTo(ShortSlice.NANOS));
    }
  }

  @Test
  void itsDeathIsToldToEachDescriptorAndOneNewMonitorTakesOver() throws Exception {
    pool.enter();
    try (Descriptor first = open(one);
        Descriptor second = open(other)) {
      Monitors.kill();
      write(one, 1);
      write(other, 1);
      for (Descriptor descriptor : new Descriptor[] {first, second}) {
        descriptor.drain();
        assertThat(descriptor.lost()).hasValueSatisfying(why -> assertThat(why).contains("died"));
      }
      assertThat(Monitors.pids()).hasSize(1);
      assertTracks(first, one);
      assertTracks(second, other);
    }
  }

  /** A new monitor that watches a part only would be taken for one that watches all. */
  @Test
  void whereANewMonitorCannotWatchAllNothingIsWatchedAndThatIsTold() throws Exception {
    pool.enter();
    try (Descriptor descriptor = open(one)) {
      Arena arena = Arena.ofShared();
      // More than malloc ever keeps: the mapping goes with the arena.
      MemorySegment segment = arena.allocate(64L << 20, PAGE);
      PageSet gone = PageSet.of(segment.address(), segment.address() + 8 * PAGE);
      descriptor.register(gone);
      Monitors.kill();
      arena.close();
      for (int attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(descriptor::drain)
            .isInstanceOf(FacilityException.class)
            .hasMessageContaining("UFFDIO_REGISTER [0x%x".formatted(segment.address()));
        assertThat(descriptor.lost()).hasValueSatisfying(why -> assertThat(why).contains("died"));
      }
      descriptor.unregister(gone);
      assertThat(descriptor.drain()).isEqualTo(PageSet.empty());
      assertThat(descriptor.lost()).isPresent();
      assertTracks(descriptor, one);
    }
  }

  @Test
  void aDeathWhilePagesAreProtectedIsTold() throws Exception {
    pool.enter();
    try (Descriptor descriptor = open(one)) {
      Monitors.kill();
      descriptor.writeProtect(one.pages());
      assertThat(descriptor.lost()).isPresent();
      assertTracks(descriptor, one);
    }
  }

  /** A service manager sends them to both, and the tracked side may want a last interval. */
  @Test
  void signalsThatAskToEndPassAMonitorBy() throws Exception {
    pool(LONG, LONG, LONG);
    pool.enter();
    try (Descriptor descriptor = open(one)) {
      for (int signal : new int[] {1, 2, 15}) { // HUP, INT, TERM
        assertThat(Monitors.ignoredSignals() >> (signal - 1) & 1).as("signal %d", signal).isOne();
      }
      assertTracks(descriptor, one);
    }
  }

  /** Nobody asks it anything: the kernel's own timer ends it. */
  @Test
  void aStoppedMonitorHoldsNoWriterForEver() throws Exception {
    pool(Duration.ofSeconds(8), LONG, LONG);
    pool.enter();
    try (Descriptor descriptor = open(one)) {
      ProcessHandle monitor = Monitors.stop();
      write(one, 2);
      monitor.onExit().join();
      descriptor.drain();
      assertThat(descriptor.lost()).isPresent();
      assertTracks(descriptor, one);
    }
  }

  @Test
  void aStoppedMonitorIsEndedByAQuestionWithAPlainReason() throws Exception {
    pool(LONG, Duration.ofSeconds(4), LONG);
    pool.enter();
    try (Descriptor descriptor = open(one)) {
      ProcessHandle monitor = Monitors.stop();
      assertThat(descriptor.drain()).isEqualTo(PageSet.empty());
      assertThat(monitor.isAlive()).isFalse();
      assertThat(descriptor.lost())
          .contains(
              "drain faults: the userfaultfd monitor (process %d) did not answer within 4000 ms, and was ended"
                  .formatted(monitor.pid()));
      assertTracks(descriptor, one);
    }
  }

  @Test
  void aMonitorWithNothingToDoLeavesAndComesBack() throws Exception {
    pool(LONG, LONG, Duration.ofMillis(1));
    pool.enter();
    open(one).close();
    for (long pid : Monitors.pids()) {
      ProcessHandle.of(pid).ifPresent(monitor -> monitor.onExit().join());
    }
    try (Descriptor descriptor = open(one)) {
      assertTracks(descriptor, one);
    }
  }

  /** Faults that follow each other keep the handler awake, and it is told to end all the same. */
  @Test
  void aDescriptorIsClosedWhileFaultsKeepComing() throws Exception {
    int pages = 8192;
    pool.enter();
    Region many = space.map(RegionRequest.anonymous("many", (long) pages * PAGE));
    AtomicInteger written = new AtomicInteger();
    Thread writer =
        new Thread(
            () -> {
              for (int page = 0; page < pages; page++) {
                write(many, page);
                written.incrementAndGet();
              }
            });
    try (Descriptor descriptor = open(many)) {
      writer.start();
      while (written.get() < 256) {
        Thread.onSpinWait();
      }
    }
    writer.join();
    assertThat(written).hasValue(pages);
  }
}
