package dev.ooh.machine.substrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
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
    AddressSpace child =
        spaces
            .getFirst()
            .facility(dev.ooh.tracking.facility.Fork.class)
            .orElseThrow()
            .fork("child");
    spaces.add(child);
    assertThat(child.facility(VirtualHost.class).orElseThrow().usage()).isEqualTo(host(0).usage());
  }
}
