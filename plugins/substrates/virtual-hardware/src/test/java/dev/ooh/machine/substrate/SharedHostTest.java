package dev.ooh.machine.substrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelModule;
import dev.ooh.machine.extension.KernelPages;
import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.machine.extension.UioDevice;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.ProcessFates;
import dev.ooh.tracking.facility.SimulatedCosts;
import dev.ooh.tracking.facility.VirtualHost;
import dev.ooh.tracking.facility.VirtualHost.Hold;
import dev.ooh.tracking.facility.VirtualHost.Usage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several machines of one host, as spaces. */
class SharedHostTest {
  private static final long MEGABYTE = 1 << 20;
  private static final SpaceOptions OPTIONS =
      SpaceOptions.named("test").with("memory", "67108864").with("host-quantum", "4000");

  private final List<AddressSpace> spaces = new ArrayList<>();

  @AfterEach
  void close() {
    spaces.forEach(AddressSpace::close);
  }

  private void open(int machines, SpaceOptions options) {
    spaces.add(new VirtualSubstrate().open(options));
    while (spaces.size() < machines) {
      spaces.add(host(0).open(options.with("seed", Integer.toString(spaces.size()))));
    }
  }

  private VirtualHost host(int machine) {
    return spaces.get(machine).facility(VirtualHost.class).orElseThrow();
  }

  /** What each machine's program took by its own clock, in nanoseconds. */
  private List<Long> run(int passes) throws Exception {
    List<TrackedThread> threads = new ArrayList<>();
    long[] took = new long[spaces.size()];
    try (Hold hold = host(0).hold()) {
      for (int i = 0; i < spaces.size(); i++) {
        AddressSpace space = spaces.get(i);
        int machine = i;
        threads.add(space.execution().spawn("m" + i, () -> took[machine] = program(space, passes)));
      }
    }
    for (TrackedThread thread : threads) {
      thread.join();
    }
    return java.util.Arrays.stream(took).boxed().toList();
  }

  private static long program(AddressSpace space, int passes) {
    long start = space.execution().nanoTime();
    Region region = space.map(RegionRequest.anonymous("heap", MEGABYTE));
    for (int pass = 0; pass < passes; pass++) {
      for (long at = region.start(); at < region.end(); at += 4096) {
        space.memory().putLong(at, at + pass);
        space.execution().work(10);
        space.execution().poll();
      }
    }
    for (long at = region.start(); at < region.end(); at += 4096) {
      assertThat(space.memory().getLong(at)).isEqualTo(at + passes - 1);
    }
    return space.execution().nanoTime() - start;
  }

  @Test
  void clocksGoOnWhileMachinesWait() throws Exception {
    open(1, OPTIONS);
    long alone = run(40).getFirst();
    assertThat(host(0).usage().waitedMillis()).isZero();
    close();
    spaces.clear();
    open(3, OPTIONS);
    List<Long> shared = run(40);
    for (int machine = 0; machine < 3; machine++) {
      assertThat((double) shared.get(machine) / alone).isBetween(2.7, 3.2);
      Usage usage = host(machine).usage();
      // Set-up is in what it ran, and a machine's clock is what it ran and waited.
      assertThat(usage.waitedMillis()).isBetween(1.7 * alone / 1e6, 2.3 * alone / 1e6);
      assertThat(usage.switches()).isGreaterThan(20);
    }
  }

  @Test
  void asManyPhysicalCpusAsMachinesLetNobodyWait() throws Exception {
    open(1, OPTIONS.with("host-cpus", "3"));
    long alone = run(20).getFirst();
    close();
    spaces.clear();
    open(3, OPTIONS.with("host-cpus", "3"));
    assertThat(run(20)).containsOnly(alone);
    for (int machine = 0; machine < 3; machine++) {
      assertThat(host(machine).usage().waitedMillis()).isZero();
      assertThat(host(machine).usage().switches()).isZero();
    }
  }

  @Test
  void fiveOnFourWaitAQuarter() throws Exception {
    open(1, OPTIONS.with("host-cpus", "4"));
    double alone = run(40).getFirst();
    close();
    spaces.clear();
    open(5, OPTIONS.with("host-cpus", "4"));
    assertThat(run(40).stream().mapToLong(took -> took).average().orElseThrow() / alone)
        .isBetween(1.2, 1.35);
  }

  @Test
  void runsRepeatExactlyUnderEveryProfile() throws Exception {
    List<Object> first = measured("sc22");
    assertThat(measured("sc22")).isEqualTo(first);
    List<Object> free = measured("zero");
    assertThat(free.get(1)).isEqualTo(first.get(1));
    assertThat(free.get(0)).isNotEqualTo(first.get(0));
  }

  private List<Object> measured(String profile) throws Exception {
    open(3, OPTIONS.with("cost-profile", profile).with("host-cpus", "2"));
    List<Long> times = run(10);
    List<Object> events = new ArrayList<>();
    for (AddressSpace space : spaces) {
      events.add(space.facility(SimulatedCosts.class).orElseThrow().events());
    }
    close();
    spaces.clear();
    return List.of(times, events);
  }

  @Test
  void theHostGoesWithItsLastMachine() {
    open(2, OPTIONS);
    VirtualHost host = host(0);
    spaces.get(0).close();
    spaces.add(host.open(OPTIONS));
    spaces.forEach(AddressSpace::close);
    assertThatThrownBy(() -> host.open(OPTIONS))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("its last machine was closed");
  }

  @Test
  void aChildsSpaceIsInItsParentsMachine() throws Exception {
    open(1, OPTIONS);
    AddressSpace child = spaces.getFirst().facility(Fork.class).orElseThrow().fork("child");
    spaces.add(child);
    assertThat(child.facility(VirtualHost.class).orElseThrow().usage()).isEqualTo(host(0).usage());
  }

  @Test
  void aMachineThatCannotBeOpenedLeavesNothingOnTheHost() throws Exception {
    open(1, OPTIONS.with("host-memory", "6291456")); // three pieces, of which it takes two
    AddressSpace first = spaces.getFirst();
    assertThatThrownBy(() -> host(0).open(OPTIONS)).isInstanceOf(RuntimeException.class);
    assertThat(host(0).usage().ranMillis()).isPositive();
    Region region = first.map(RegionRequest.anonymous("heap", 2 * MEGABYTE));
    first
        .execution()
        .run(
            () -> {
              for (long at = region.start(); at < region.end(); at += 4096) {
                first.memory().putLong(at, at);
              }
              return 0;
            });
    VirtualHost host = host(0);
    first.close();
    assertThatThrownBy(() -> host.open(OPTIONS))
        .hasMessageContaining("its last machine was closed");
  }

  /** Sessions of its device fail to close. */
  private static final class Frail implements KernelModule {
    @Override
    public void load(KernelContext context) {
      KernelPages pages = context.allocatePages(1);
      context.registerDevice(
          "frail",
          opener ->
              new UioDevice.Session() {
                @Override
                public long ioctl(int request, long argument) {
                  return 1;
                }

                @Override
                public KernelPages mmap(long offset) {
                  return pages;
                }

                @Override
                public void close() {
                  throw new IllegalStateException("no close");
                }
              });
    }

    @Override
    public void unload() {
      throw new IllegalStateException("no unload");
    }
  }

  @Test
  void aModuleThatFailsKeepsNoTrackerDeadAndNoMachineAlive() {
    AddressSpace space = new VirtualSubstrate().open(OPTIONS.with("tracker", "own-process"));
    VirtualHost host = space.facility(VirtualHost.class).orElseThrow();
    MachineExtensions extensions = space.facility(MachineExtensions.class).orElseThrow();
    extensions.loadKernelModule(Frail.class, Frail::new);
    extensions.open("frail");
    ProcessFates fates = space.facility(ProcessFates.class).orElseThrow();
    assertThatThrownBy(fates::killTracker).hasMessage("no close");
    assertThat(extensions.open("frail").ioctl(0, 0)).isEqualTo(1);
    assertThatThrownBy(space::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching("no close|no unload");
    assertThatThrownBy(() -> host.open(OPTIONS))
        .hasMessageContaining("its last machine was closed");
  }

  @Test
  void aMachineWithSeveralVirtualCpusHasItsHostToItself() {
    SpaceOptions several = OPTIONS.with("vcpus", "2");
    String reason = "setting vcpus is 2 on a host of several machines, wanted 1";
    open(1, OPTIONS);
    assertThatThrownBy(() -> host(0).open(several))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
    spaces.add(new VirtualSubstrate().open(several));
    assertThatThrownBy(() -> host(1).open(OPTIONS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
    spaces.add(host(0).open(OPTIONS));
  }

  @Test
  void noTrackerIsStartedForASpaceThatWasClosed() throws Exception {
    open(1, OPTIONS.with("tracker", "own-process"));
    AddressSpace child = spaces.getFirst().facility(Fork.class).orElseThrow().fork("child");
    ProcessFates fates = child.facility(ProcessFates.class).orElseThrow();
    fates.killTracker();
    child.close();
    assertThatThrownBy(fates::killTracker)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was ended with its space");
  }

  @Test
  void aTrackedSizeThatChangesIsNoTimeThatSomebodyRanOrWaited() throws Exception {
    open(2, OPTIONS);
    SimulatedCosts costs = spaces.getFirst().facility(SimulatedCosts.class).orElseThrow();
    costs.count("M5", 1_000_000); // by price per page, which depends on the tracked size
    Usage before = host(0).usage();
    Usage othersBefore = host(1).usage();
    costs.trackedBytes(1L << 30);
    assertThat(host(0).usage().minus(before).ranMillis()).isZero();
    List<TrackedThread> threads = new ArrayList<>();
    try (Hold hold = host(0).hold()) {
      for (AddressSpace space : spaces) {
        threads.add(
            space
                .execution()
                .spawn(
                    "program",
                    () -> {
                      costs.trackedBytes(64 << 20);
                      program(space, 4);
                    }));
      }
    }
    for (TrackedThread thread : threads) {
      thread.join();
    }
    double ran = host(0).usage().minus(before).ranMillis();
    assertThat(host(1).usage().minus(othersBefore).waitedMillis()).isBetween(ran / 10, 1.01 * ran);
  }
}
