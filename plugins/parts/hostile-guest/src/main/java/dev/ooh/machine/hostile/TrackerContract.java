package dev.ooh.machine.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.cpu.ThreadState;
import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.extension.DeviceFile;
import dev.ooh.machine.extension.DeviceMapping;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelModule;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.machine.hypervisor.HypervisorModules;
import dev.ooh.machine.hypervisor.VirtualMachine;
import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.SegmentationFault;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.ring.RingBuffer;
import dev.ooh.ring.RingDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A ring device whose tracker is a process of its own: who may track whom, who may reach the ring,
 * and what is left when one of both processes goes. A technique's test extends this class and says
 * what it loads.
 */
public abstract class TrackerContract {
  private static final long HEAP = 256L << 20;
  private static final int PAGES = 64;
  private static final long BYTES = PAGES * 4096L;
  private static final long END_OF_MEMORY = 1L << 47;
  private static final int STRANGER = GuestKernel.USER + 1;
  private static final int ROOT = 0;
  private static final long ENTRIES = 1024;

  private final VirtualMachine machine = new VirtualMachine(16L << 20);
  private final HypervisorModules modules = new HypervisorModules(machine);
  private final GuestKernel kernel = new GuestKernel(machine, 1, 64);
  private UserProcess tracked;
  private UserProcess tracker;
  private Meter meter;

  /** The technique's device. */
  protected abstract String device();

  /** Loads what is behind it. */
  protected abstract void load(HypervisorModules hypervisor, GuestKernel guest, UserProcess loader);

  /**
   * Whether anything is logged or trapped for a process, or ready to be.
   *
   * @param vcpu in supervisor mode, with the process's page tables loaded while it lives
   * @param pid its number
   */
  protected abstract boolean isAtWork(Vcpu vcpu, int pid);

  @BeforeEach
  void open() {
    tracked = program("tracked", GuestKernel.USER);
    tracker = kernel.createProcess("tracker");
    meter = kernel.modules().load(kernel.idle(), Meter.class, Meter::new).module();
    load(modules, kernel, kernel.idle());
  }

  @AfterEach
  void close() {
    kernel.shutDown(modules::unloadAll);
  }

  private UserProcess program(String name, int user) {
    UserProcess process = kernel.createProcess(name, user);
    kernel.mappings().map(process, "heap", HEAP, BYTES, null);
    store(process);
    return process;
  }

  private void store(UserProcess process) {
    kernel
        .entry()
        .step(
            process,
            () -> {
              for (int page = 0; page < PAGES; page++) {
                machine.vcpu().writeVirtual(HEAP + page * 4096L, 8, page + 1);
              }
            });
  }

  /** Counts the free frames of the guest. */
  private final class Meter implements KernelModule {
    private @Nullable KernelContext context;

    @Override
    public void load(KernelContext given) {
      context = given;
    }

    @Override
    public void unload() {}

    int freePages() {
      KernelContext loaded = Objects.requireNonNull(context, "not loaded");
      List<KernelPages> taken = new ArrayList<>();
      kernel
          .entry()
          .step(
              kernel.idle(),
              () -> {
                try {
                  while (true) {
                    taken.add(loaded.allocatePages(1));
                  }
                } catch (IllegalStateException exhausted) {
                  taken.forEach(KernelPages::close);
                }
              });
      return taken.size();
    }
  }

  private DeviceFile openBy(UserProcess process) {
    return kernel.devices().openMapped(process, device());
  }

  /** Opens the device, and tracks all that the tracked process has mapped. */
  private DeviceFile track() {
    DeviceFile file = openBy(tracker);
    file.ioctl(RingDevice.TRACK, tracked.pid());
    file.ioctl(RingDevice.INIT, ENTRIES);
    arm(file);
    return file;
  }

  private static void arm(DeviceFile file) {
    DeviceMapping requests = file.mmap(RingDevice.REQUESTS);
    requests.setLong(0, HEAP);
    requests.setLong(8, HEAP + BYTES);
    file.ioctl(RingDevice.ARM, 1);
  }

  /** How many entries the ring has got in all. */
  private static long collected(DeviceFile file) {
    file.ioctl(RingDevice.COLLECT, 0);
    return file.mmap(RingDevice.RING).getLong(RingBuffer.HEAD_OFFSET);
  }

  private boolean isTracked() {
    Vcpu vcpu = machine.vcpu();
    return kernel
        .entry()
        .step(
            tracked.isAlive() ? tracked : kernel.idle(),
            () -> {
              ThreadState before = vcpu.saveThreadState();
              vcpu.loadThreadState(new ThreadState(0, before.interruptsDisabled()));
              try {
                return isAtWork(vcpu, tracked.pid());
              } finally {
                vcpu.loadThreadState(before);
              }
            });
  }

  // ---- Who may track whom ---------------------------------------------------------------------

  @Test
  void theTrackerReadsInItsOwnMemoryWhatTheTrackedProcessWrote() {
    DeviceFile file = track();
    store(tracked);
    assertThat(collected(file)).isGreaterThanOrEqualTo(PAGES);
    assertThat(isTracked()).isTrue();
  }

  @Test
  void aProcessThatMayNotTraceItIsRefused() {
    DeviceFile file = openBy(kernel.createProcess("stranger", STRANGER));
    assertThatThrownBy(() -> file.ioctl(RingDevice.TRACK, tracked.pid()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("EPERM: ")
        .hasMessageContaining("(stranger) of user 1001")
        .hasMessageContaining("(tracked) of user 1000");
    // It is refused that process, and no other one.
    file.ioctl(RingDevice.INIT, ENTRIES);
  }

  @Test
  void rootMayTrackAnybodyAndNobodyElseMayTrackRoot() {
    openBy(kernel.createProcess("root", ROOT)).ioctl(RingDevice.TRACK, tracked.pid());
    DeviceFile file = openBy(tracker);
    assertThatThrownBy(() -> file.ioctl(RingDevice.TRACK, program("daemon", ROOT).pid()))
        .hasMessageStartingWith("EPERM: ");
  }

  @Test
  void aNumberThatNoProcessHasIsRefused() {
    DeviceFile file = openBy(tracker);
    kernel.exit(tracked);
    for (long pid : new long[] {tracked.pid(), 0, -1, 99, 1L << 32 | tracker.pid()}) {
      assertThatThrownBy(() -> file.ioctl(RingDevice.TRACK, pid))
          .as("pid %d", pid)
          .hasMessageStartingWith("ESRCH: ");
    }
  }

  @Test
  void aProcessHasOneTrackerAtATime() {
    DeviceFile first = track();
    DeviceFile second = openBy(kernel.createProcess("second"));
    assertThatThrownBy(() -> second.ioctl(RingDevice.TRACK, tracked.pid()))
        .hasMessageContaining("EBUSY");
    DeviceFile itself = openBy(tracked);
    assertThatThrownBy(() -> itself.ioctl(RingDevice.INIT, ENTRIES)).hasMessageContaining("EBUSY");
    store(tracked);
    assertThat(collected(first)).isGreaterThanOrEqualTo(PAGES);
    first.close();
    second.ioctl(RingDevice.TRACK, tracked.pid());
    second.ioctl(RingDevice.INIT, ENTRIES);
  }

  @Test
  void aTrackerMayBeTracked() {
    track();
    UserProcess above = kernel.createProcess("above");
    DeviceFile file = openBy(above);
    // It holds the device for the process that it tracks, not for itself.
    file.ioctl(RingDevice.TRACK, tracker.pid());
    file.ioctl(RingDevice.INIT, ENTRIES);
  }

  @Test
  void whoIsTrackedIsNotChangedOnTheWay() {
    DeviceFile file = track();
    assertThatThrownBy(() -> file.ioctl(RingDevice.TRACK, tracker.pid()))
        .hasMessageContaining("wanted deactivate");
  }

  // ---- Who may reach the ring -----------------------------------------------------------------

  /** What a process has mapped of devices, by address: the frames' GPAs. */
  private TreeMap<Long, Long> deviceMemory(UserProcess process) {
    TreeMap<Long, Long> pages = new TreeMap<>();
    kernel
        .entry()
        .step(kernel.idle(), () -> process.forEachMapped(HEAP + BYTES, END_OF_MEMORY, pages::put));
    return pages;
  }

  private Set<Long> framesOf(UserProcess process) {
    Set<Long> frames = new TreeSet<>();
    kernel
        .entry()
        .step(
            kernel.idle(),
            () -> process.forEachMapped(0, END_OF_MEMORY, (gva, gpa) -> frames.add(gpa)));
    return frames;
  }

  private long load(UserProcess process, long gva) {
    return kernel.entry().step(process, () -> machine.vcpu().readVirtual(gva, 8));
  }

  @Test
  void theRingIsInTheTrackersPageTablesAndInNoOthers() {
    DeviceFile file = track();
    file.mmap(RingDevice.RING);
    TreeMap<Long, Long> ring = deviceMemory(tracker);
    // The ring's words and its entries, and the request area.
    assertThat(ring).hasSize(1 + (int) ENTRIES / 512 + RingDevice.MAX_REQUESTS * 16 / 4096);
    UserProcess child = kernel.fork(tracker, "child");
    UserProcess grandchild = kernel.fork(child, "grandchild");
    for (UserProcess other : List.of(tracked, child, grandchild, program("other", ROOT))) {
      assertThat(framesOf(other)).as(other.name()).doesNotContainAnyElementsOf(ring.values());
      for (long gva : ring.keySet()) {
        assertThatThrownBy(() -> load(other, gva)).isInstanceOf(SegmentationFault.class);
      }
    }
  }

  @Test
  void aDescriptorThatWasSentOrInheritedIsGoodForNothing() {
    DeviceFile file = track();
    UserProcess child = kernel.fork(tracker, "child");
    for (UserProcess other : List.of(child, tracked, kernel.createProcess("root", ROOT))) {
      DeviceFile sent = file.sentTo(other);
      assertThatThrownBy(() -> sent.mmap(RingDevice.RING)).hasMessageStartingWith("EPERM: mmap");
      assertThatThrownBy(() -> sent.ioctl(RingDevice.COLLECT, 0))
          .hasMessageStartingWith("EPERM: ioctl");
      assertThatThrownBy(() -> sent.sentTo(child).mmap(RingDevice.RING))
          .hasMessageStartingWith("EPERM");
      sent.close();
      assertThat(deviceMemory(other)).isEmpty();
    }
    store(tracked);
    assertThat(collected(file)).isGreaterThanOrEqualTo(PAGES);
  }

  @Test
  void nobodyReadsOrWritesTheRingThroughTheKernel() {
    track().mmap(RingDevice.RING);
    byte[] word = new byte[8];
    List<UserProcess> others =
        List.of(
            tracked,
            kernel.createProcess("same user"),
            kernel.createProcess("stranger", STRANGER),
            kernel.createProcess("root", ROOT));
    for (long gva : deviceMemory(tracker).keySet()) {
      for (UserProcess other : others) {
        assertThatThrownBy(() -> read(other, tracker, gva, word))
            .isInstanceOfAny(SegmentationFault.class, IllegalStateException.class);
        assertThatThrownBy(() -> writeFrom(other, gva, word))
            .isInstanceOfAny(SegmentationFault.class, IllegalStateException.class);
      }
    }
  }

  @Test
  void whoMayNotTraceItReadsNoOtherMemoryOfItEither() {
    byte[] word = new byte[8];
    read(tracker, tracked, HEAP, word);
    assertThat(word[0]).isEqualTo((byte) 1);
    UserProcess stranger = kernel.createProcess("stranger", STRANGER);
    assertThatThrownBy(() -> read(stranger, tracked, HEAP, word)).hasMessageStartingWith("EPERM");
    assertThatThrownBy(
            () ->
                kernel
                    .entry()
                    .step(
                        stranger,
                        () ->
                            kernel
                                .softDirty()
                                .readPagemap(tracked, HEAP, HEAP + BYTES, (gva, entry) -> {})))
        .hasMessageStartingWith("EPERM");
    assertThatThrownBy(() -> kernel.entry().step(stranger, () -> kernel.softDirty().clear(tracked)))
        .hasMessageStartingWith("EPERM");
  }

  private void read(UserProcess reader, UserProcess from, long gva, byte[] target) {
    kernel
        .entry()
        .step(reader, () -> kernel.remoteAccess().read(from, gva, target, 0, target.length));
  }

  private void writeFrom(UserProcess writer, long gva, byte[] source) {
    kernel
        .entry()
        .step(writer, () -> kernel.remoteAccess().write(tracker, gva, source, 0, source.length));
  }

  /** A frame that serves somebody else may not be mapped any more where the ring was. */
  @Test
  void aRingThatIsReplacedOrGivenBackIsMappedNoLonger() {
    DeviceFile file = track();
    DeviceMapping old = file.mmap(RingDevice.RING);
    Set<Long> before = framesOf(tracker);
    file.ioctl(RingDevice.RESIZE, 2 * ENTRIES);
    assertThatThrownBy(() -> old.getLong(RingBuffer.HEAD_OFFSET))
        .isInstanceOf(SegmentationFault.class);
    assertThat(framesOf(tracker)).isSubsetOf(before);
    file.mmap(RingDevice.RING);
    file.ioctl(RingDevice.DEACTIVATE, 0);
    assertThat(deviceMemory(tracker)).isEmpty();
  }

  // ---- What is left when somebody goes --------------------------------------------------------

  @Test
  void aTrackerThatIsKilledLeavesNothingAndTheTrackedProcessGoesOn() {
    store(tracked);
    int free = meter.freePages();
    for (int life = 0; life < 3; life++) {
      UserProcess next = kernel.createProcess("tracker-" + life);
      DeviceFile file = openBy(next);
      file.ioctl(RingDevice.TRACK, tracked.pid());
      file.ioctl(RingDevice.INIT, ENTRIES);
      arm(file);
      file.mmap(RingDevice.RING);
      store(tracked);
      kernel.exit(next);
      assertThat(file.isOpen()).isFalse();
      assertThat(isTracked()).as("life %d", life).isFalse();
      assertThat(meter.freePages()).as("life %d", life).isEqualTo(free);
      store(tracked);
      assertThat(load(tracked, HEAP)).isEqualTo(1);
    }
  }

  @Test
  void aTrackerThatIsKilledWhileItsChildHoldsTheDescriptorIsGoneAllTheSame() {
    DeviceFile file = track();
    UserProcess child = kernel.fork(tracker, "child");
    DeviceFile inherited = file.sentTo(child);
    kernel.exit(tracker);
    assertThat(inherited.isOpen()).isFalse();
    assertThat(isTracked()).isFalse();
    assertThatThrownBy(() -> inherited.mmap(RingDevice.RING)).hasMessageStartingWith("EPERM");
  }

  @Test
  void aTrackerThatExecsTracksNoMore() {
    int free = meter.freePages();
    DeviceFile file = track();
    file.mmap(RingDevice.RING);
    kernel.exec(tracker);
    assertThat(file.isOpen()).isFalse();
    assertThat(isTracked()).isFalse();
    assertThat(deviceMemory(tracker)).isEmpty();
    // The tables that mapped the ring stay with the tracker.
    kernel.exit(tracker);
    assertThat(meter.freePages()).isGreaterThanOrEqualTo(free);
  }

  @Test
  void aTrackedProcessThatExitsEndsItsTracking() {
    DeviceFile file = track();
    DeviceMapping ring = file.mmap(RingDevice.RING);
    kernel.exit(tracked);
    assertEnded(file, ring, "exited");
  }

  @Test
  void aTrackedProcessThatExecsEndsItsTrackingAndCanBeTrackedAgain() {
    DeviceFile file = track();
    DeviceMapping ring = file.mmap(RingDevice.RING);
    store(tracked);
    kernel.exec(tracked);
    assertEnded(file, ring, "called execve");
    kernel.mappings().map(tracked, "heap", HEAP, BYTES, null);
    store(tracked);
    tracker = kernel.createProcess("next");
    DeviceFile next = track();
    store(tracked);
    assertThat(collected(next)).isGreaterThanOrEqualTo(PAGES);
  }

  private void assertEnded(DeviceFile file, DeviceMapping ring, String how) {
    assertThat(isTracked()).isFalse();
    for (int request : new int[] {RingDevice.COLLECT, RingDevice.ARM, RingDevice.INIT}) {
      assertThatThrownBy(() -> file.ioctl(request, 1))
          .hasMessageContaining("ESRCH")
          .hasMessageContaining("tracked (%d) has %s".formatted(tracked.pid(), how));
    }
    assertThatThrownBy(() -> ring.getLong(RingBuffer.HEAD_OFFSET))
        .isInstanceOf(SegmentationFault.class);
    assertThat(deviceMemory(tracker)).isEmpty();
    file.ioctl(RingDevice.DEACTIVATE, 0);
    file.close();
    assertThat(file.isOpen()).isFalse();
  }

  @Test
  void aChildOfTheTrackedProcessIsNotTracked() {
    DeviceFile file = track();
    UserProcess child = kernel.fork(tracked, "child");
    collected(file);
    arm(file);
    long before = collected(file);
    store(child);
    assertThat(collected(file) - before).as("the child's stores to its copies").isZero();
    // Nor does its end end the tracking of its parent.
    kernel.exit(child);
    store(tracked);
    assertThat(collected(file) - before).isGreaterThanOrEqualTo(PAGES);
  }
}
