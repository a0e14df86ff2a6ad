package dev.ooh.machine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.PageModificationLog;
import dev.ooh.machine.extension.Registration;
import dev.ooh.machine.hypervisor.Hypervisor;
import dev.ooh.machine.hypervisor.VirtualMachine;
import dev.ooh.machine.memory.OutOfHostMemoryException;
import dev.ooh.machine.vmx.VmcsField;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines of one host, each against a model of its own that knows nothing of the others. */
class SeveralMachinesTest {
  private static final long PAGE = 4096;
  private static final long HEAP = 256L << 20;
  private static final long GUEST = 64L << 20;
  private static final int PAGES = 700; // more than a PML page has entries
  private static final int QUANTUM = 50;

  /** A machine with a program that stores at random, and its hypervisor's log. */
  private static final class Tenant implements AutoCloseable {
    final VirtualMachine machine;
    final GuestKernel kernel;
    final UserProcess process;
    private final Random random;
    private final long[] contents = new long[PAGES];
    private final Map<Long, Integer> pageOfGpa = new HashMap<>();
    private final BitSet written = new BitSet();
    private final BitSet logged = new BitSet();
    private final PageModificationLog log;
    private int rounds;

    Tenant(Hypervisor host, int weight, long seed) {
      machine = new VirtualMachine(host, GUEST, weight, 1);
      kernel = new GuestKernel(machine, seed, 16);
      random = new Random(seed);
      process = kernel.createProcess("tenant");
      kernel.mappings().map(process, "heap", HEAP, PAGES * PAGE, null);
      log = machine.pageModificationLogging().open(this::logged);
      step(
          () -> {
            for (int page = 0; page < PAGES; page++) {
              store(page);
            }
            process.forEachMapped(
                HEAP,
                HEAP + PAGES * PAGE,
                (gva, gpa) -> pageOfGpa.put(gpa, (int) ((gva - HEAP) / PAGE)));
            log.enable();
            rearm(pageOfGpa.keySet());
          });
      written.clear();
    }

    private void logged(long gpa) {
      Integer page = pageOfGpa.get(gpa);
      if (page != null) {
        logged.set(page);
      }
    }

    private void step(Runnable body) {
      kernel.entry().step(process, body);
    }

    private void store(int page) {
      contents[page] = random.nextLong();
      written.set(page);
      machine.vcpu().writeVirtual(HEAP + page * PAGE, 8, contents[page]);
    }

    private void rearm(Set<Long> gpas) {
      log.rearm(gpas.stream().mapToLong(gpa -> gpa).toArray(), gpas.size());
    }

    GuestThread start(String name, int steps) {
      return kernel.scheduler().spawn(name, process, () -> run(name, steps));
    }

    private void run(String name, int steps) {
      for (int step = 0; step < steps; step++) {
        kernel.scheduler().poll(false);
        store(random.nextInt(PAGES));
        if (random.nextInt(steps / 3) == 0) {
          step(() -> collect(name));
        }
      }
      step(() -> collect(name));
    }

    /** Neither more nor less was logged than this machine's program has stored to. */
    private void collect(String name) {
      log.flush();
      assertThat(logged).as(name).isEqualTo(written);
      Set<Long> gpas = new HashSet<>();
      pageOfGpa.forEach(
          (gpa, page) -> {
            if (logged.get(page)) {
              gpas.add(gpa);
            }
          });
      rearm(gpas);
      logged.clear();
      written.clear();
      rounds++;
    }

    void checkContents(String name) {
      step(
          () -> {
            for (int page = 0; page < PAGES; page++) {
              assertThat(machine.vcpu().readVirtual(HEAP + page * PAGE, 8))
                  .as("%s, page %d", name, page)
                  .isEqualTo(contents[page]);
            }
          });
    }

    Set<Long> frames() {
      Set<Long> frames = new HashSet<>();
      machine.ept().forEachPopulated(gpa -> frames.add(machine.translate(gpa)));
      frames.add(machine.vcpu().vmcs().address());
      frames.add(machine.vcpu().vmcs().read(VmcsField.PML_ADDRESS));
      return frames;
    }

    @Override
    public void close() {
      kernel.shutDown(() -> {});
    }
  }

  private static void join(List<GuestThread> threads, List<Tenant> tenants) throws Exception {
    for (int i = 0; i < threads.size(); i++) {
      tenants.get(i).kernel.scheduler().join(threads.get(i));
    }
    for (GuestThread thread : threads) {
      assertThat(thread.failure()).as(thread.name()).isNull();
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "3,1", "4,2", "5,2", "6,4"})
  void eachLogsItsOwnWritesAndKeepsItsOwnMemory(long seed, int cpus) throws Exception {
    Hypervisor host = new Hypervisor(1L << 30, cpus, QUANTUM);
    List<Tenant> tenants = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tenants.add(new Tenant(host, 256, seed * 10 + i));
    }
    List<GuestThread> threads = new ArrayList<>();
    Registration hold = host.hold();
    for (int i = 0; i < 4; i++) {
      threads.add(tenants.get(i).start("seed %d, machine %d".formatted(seed, i), 3000 + 100 * i));
    }
    hold.close();
    join(threads, tenants);
    Set<Long> frames = new HashSet<>();
    for (Tenant tenant : tenants) {
      assertThat(tenant.rounds).isPositive();
      tenant.checkContents("seed " + seed);
      if (cpus < tenants.size()) {
        assertThat(tenant.kernel.counters().get(Event.VMPTRLD)).isGreaterThan(5);
      }
      Set<Long> its = tenant.frames();
      int before = frames.size();
      frames.addAll(its);
      assertThat(frames).as("seed %d: frames of two machines", seed).hasSize(before + its.size());
    }
    assertThat(tenants)
        .extracting(
            tenant -> tenant.machine.vcpu().vmcs().read(VmcsField.VIRTUAL_PROCESSOR_IDENTIFIER))
        .containsExactly(1L, 2L, 3L, 4L);
    tenants.forEach(Tenant::close);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void runsRepeatExactly(int cpus) throws Exception {
    assertThat(counts(cpus)).isEqualTo(counts(cpus));
  }

  private static List<String> counts(int cpus) throws Exception {
    Hypervisor host = new Hypervisor(1L << 30, cpus, QUANTUM);
    List<Tenant> tenants = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      tenants.add(new Tenant(host, 100 + 50 * i, i));
    }
    List<GuestThread> threads = new ArrayList<>();
    Registration hold = host.hold();
    for (Tenant tenant : tenants) {
      threads.add(tenant.start("machine", 2000));
    }
    hold.close();
    join(threads, tenants);
    List<String> counts = new ArrayList<>();
    for (Tenant tenant : tenants) {
      counts.add(tenant.kernel.counters().counts() + " " + tenant.machine.scheduled().ranSteps());
    }
    tenants.forEach(Tenant::close);
    return counts;
  }

  @Test
  void aMachineByItselfCountsTheSameWhateverTheQuantum() throws Exception {
    List<String> counts = new ArrayList<>();
    for (int quantum : new int[] {7, 1 << 20}) {
      Hypervisor host = new Hypervisor(1L << 30, 1, quantum);
      try (Tenant tenant = new Tenant(host, 256, 1)) {
        join(List.of(tenant.start("alone", 2000)), List.of(tenant));
        counts.add(tenant.kernel.counters().counts().toString());
        assertThat(tenant.kernel.counters().get(Event.VMPTRLD)).isZero();
        assertThat(tenant.kernel.counters().get(Event.EXTERNAL_INTERRUPT_EXIT)).isZero();
      }
    }
    assertThat(counts.get(0)).isEqualTo(counts.get(1));
  }

  @Test
  void sharesOfRunningMachinesFollowTheirWeights() throws Exception {
    Hypervisor host = new Hypervisor(1L << 30, 1, QUANTUM);
    Tenant heavy = new Tenant(host, 512, 1);
    Tenant light = new Tenant(host, 256, 2);
    long heavyBefore = heavy.machine.scheduled().ranSteps();
    long lightBefore = light.machine.scheduled().ranSteps();
    long[] atTheEnd = new long[1];
    Registration hold = host.hold();
    GuestThread first =
        heavy
            .kernel
            .scheduler()
            .spawn(
                "heavy",
                heavy.process,
                () -> {
                  heavy.run("heavy", 6000);
                  atTheEnd[0] = light.machine.scheduled().ranSteps() - lightBefore;
                });
    GuestThread second = light.start("light", 6000);
    hold.close();
    join(List.of(first, second), List.of(heavy, light));
    long ran = heavy.machine.scheduled().ranSteps() - heavyBefore;
    assertThat(atTheEnd[0]).isBetween(ran / 2 - 3 * QUANTUM, ran / 2 + 3 * QUANTUM);
    heavy.close();
    light.close();
  }

  @Test
  void aMachineThatGoesGivesItsMemoryBackAndDisturbsNobody() throws Exception {
    Hypervisor host = new Hypervisor(1L << 30, 1, QUANTUM);
    Tenant stays = new Tenant(host, 256, 1);
    long taken = host.memory().takenBytes();
    Tenant goes = new Tenant(host, 256, 2);
    assertThat(host.memory().takenBytes()).isGreaterThan(taken);
    Registration hold = host.hold();
    GuestThread staying = stays.start("stays", 4000);
    GuestThread going = goes.start("goes", Integer.MAX_VALUE);
    hold.close();
    goes.close(); // its program is in the midst of its run
    goes.kernel.scheduler().join(going);
    assertThat(going.failure()).isInstanceOf(IllegalStateException.class);
    join(List.of(staying), List.of(stays));
    stays.checkContents("stays");
    assertThat(host.machines()).isEqualTo(1);
    assertThat(host.memory().takenBytes()).isEqualTo(taken);

    Tenant comes = new Tenant(host, 256, 3); // in the frames of the one that went
    comes.checkContents("comes");
    stays.checkContents("stays");
    comes.close();
    stays.close();
    assertThatThrownBy(() -> new VirtualMachine(host, GUEST, 256, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("its last machine was closed");
  }

  @Test
  void aMachineThatDoesNotFitLeavesNothingBehind() {
    Hypervisor host = new Hypervisor(4 << 20, 1, QUANTUM);
    VirtualMachine fits = new VirtualMachine(host, GUEST, 256, 1);
    fits.translate(0); // the other chunk
    assertThatThrownBy(() -> new VirtualMachine(host, GUEST, 256, 1))
        .isInstanceOf(OutOfHostMemoryException.class)
        .hasMessageContaining("all 4 MiB are in use");
    assertThat(host.machines()).isEqualTo(1);
    assertThat(host.memory().takenBytes()).isEqualTo(4 << 20);
    fits.close();
  }

  @Test
  void aThreadThatRunsOneMachineIsRefusedByAnother() throws Exception {
    Hypervisor host = new Hypervisor(1L << 30, 1, QUANTUM);
    try (Tenant one = new Tenant(host, 256, 1);
        Tenant other = new Tenant(host, 256, 2)) {
      one.kernel
          .scheduler()
          .run(
              one.process,
              () -> {
                assertThatThrownBy(() -> other.checkContents("other"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("runs machine 1 and can't wait for machine 2");
                one.kernel
                    .scheduler()
                    .blocked(
                        () -> {
                          assertThatThrownBy(() -> other.checkContents("other"))
                              .hasMessageContaining("can't wait for machine 2");
                          return null;
                        });
                return null;
              });
      other.checkContents("other");
      one.checkContents("one");
    }
  }

  @Test
  @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
  void aThreadThatRunsOneMachineIsRefusedByAnotherThatIsBusy() throws Exception {
    Hypervisor host = new Hypervisor(1L << 30, 1, QUANTUM);
    try (Tenant one = new Tenant(host, 256, 1);
        Tenant other = new Tenant(host, 256, 2)) {
      Scheduler scheduler = other.kernel.scheduler();
      GuestThread busy =
          one.kernel
              .scheduler()
              .run(
                  one.process,
                  () -> {
                    GuestThread waits = other.start("busy", 300);
                    assertRefused(() -> other.checkContents("other"));
                    assertRefused(() -> scheduler.join(waits));
                    assertRefused(() -> scheduler.stopOthers(false, Duration.ofHours(1)));
                    assertThat(other.kernel.entry().look(() -> other.rounds)).isZero();
                    return waits;
                  });
      join(List.of(busy), List.of(other));
      other.checkContents("other");
      one.checkContents("one");
    }
  }

  private static void assertRefused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("runs machine 1 and can't wait for machine 2");
  }

  @Test
  void othersWaitForACallOutOfAMachine() throws Exception {
    Hypervisor host = new Hypervisor(1L << 30, 1, QUANTUM);
    try (Tenant one = new Tenant(host, 256, 1);
        Tenant other = new Tenant(host, 256, 2)) {
      boolean[] outside = {false};
      List<Boolean> seen = new ArrayList<>();
      Registration hold = host.hold();
      GuestThread calls =
          one.kernel
              .scheduler()
              .spawn(
                  "calls",
                  one.process,
                  () -> {
                    for (int i = 0; i < 300; i++) {
                      callOut(one, outside);
                    }
                  });
      GuestThread looks =
          other
              .kernel
              .scheduler()
              .spawn(
                  "looks",
                  other.process,
                  () -> {
                    for (int i = 0; i < 3000; i++) {
                      other.kernel.scheduler().poll(false);
                      seen.add(outside[0]);
                    }
                  });
      hold.close();
      join(List.of(calls, looks), List.of(one, other));
      assertThat(seen).hasSize(3000).doesNotContain(true);
      assertThat(one.kernel.counters().get(Event.VMPTRLD)).isGreaterThan(2);
    }
  }

  private static void callOut(Tenant tenant, boolean[] outside) {
    tenant.kernel.scheduler().poll(false);
    try {
      tenant
          .kernel
          .scheduler()
          .blocked(
              () -> {
                outside[0] = true;
                Thread.yield();
                outside[0] = false;
                return null;
              });
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatCountsASwitchIsTheMachineThatGoesOn() throws Exception {
    Hypervisor host = new Hypervisor(1L << 30, 1, QUANTUM);
    try (Tenant one = new Tenant(host, 256, 1);
        Tenant other = new Tenant(host, 256, 2)) {
      Registration hold = host.hold();
      List<GuestThread> threads = List.of(one.start("one", 2000), other.start("other", 2000));
      hold.close();
      join(threads, List.of(one, other));
      for (Tenant tenant : List.of(one, other)) {
        long exits = tenant.kernel.counters().get(Event.EXTERNAL_INTERRUPT_EXIT);
        assertThat(exits).isGreaterThan(10);
        assertThat(tenant.kernel.counters().get(Event.VMPTRLD)).isBetween(exits, exits + 5);
        assertThat(tenant.kernel.counters().get(Event.VMCLEAR)).isZero();
      }
    }
  }

  @Test
  @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
  void nobodyWaitsForACallOutOfAMachineThatWent() throws Exception {
    Hypervisor host = new Hypervisor(1L << 30, 1, QUANTUM);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch ends = new CountDownLatch(1);
    try (Tenant stays = new Tenant(host, 256, 1)) {
      Tenant goes = new Tenant(host, 256, 2);
      Scheduler scheduler = goes.kernel.scheduler();
      GuestThread calls =
          scheduler.spawn(
              "calls",
              goes.process,
              () -> {
                try {
                  scheduler.blocked(
                      () -> {
                        begun.countDown();
                        ends.await();
                        return true;
                      });
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      begun.await();
      goes.close();
      join(List.of(stays.start("stays", 300)), List.of(stays));
      stays.checkContents("stays");
      ends.countDown();
      scheduler.join(calls);
      assertThat(calls.failure()).isInstanceOf(IllegalStateException.class);
    } finally {
      ends.countDown();
    }
  }
}
