package dev.ooh.machine.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shares of virtual CPUs that always want to run, or come and go. */
class CreditSchedulerTest {
  private static final int QUANTUM = 100;
  private static final int TURNS = 2_000;

  private final Hypervisor host = new Hypervisor(1L << 40, 1, QUANTUM);
  private final List<VirtualMachine> machines = new ArrayList<>();

  @AfterEach
  void close() {
    machines.forEach(VirtualMachine::close);
  }

  private ScheduledVcpu vcpu(int weight) {
    VirtualMachine machine = new VirtualMachine(host, 2 << 20, weight, 1);
    machines.add(machine);
    return machine.scheduled();
  }

  private List<ScheduledVcpu> all(CreditScheduler scheduler, int... weights) {
    List<ScheduledVcpu> vcpus = Arrays.stream(weights).mapToObj(this::vcpu).toList();
    vcpus.forEach(scheduler::add);
    return vcpus;
  }

  private static ScheduledVcpu turn(CreditScheduler scheduler, int steps) {
    ScheduledVcpu next = scheduler.next();
    assertThat(next).isNotNull();
    scheduler.ran(next, steps);
    scheduler.addAgain(next);
    return next;
  }

  private static LongStream ran(List<ScheduledVcpu> vcpus) {
    return vcpus.stream().mapToLong(vcpu -> vcpu.ranSteps);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7, 64})
  void equalWeightsAreWithinOneQuantumAtAnyMoment(int count) {
    CreditScheduler scheduler = new CreditScheduler(1, QUANTUM);
    int[] weights = new int[count];
    Arrays.fill(weights, ScheduledVcpu.USUAL_WEIGHT);
    List<ScheduledVcpu> vcpus = all(scheduler, weights);
    for (int turn = 0; turn < TURNS; turn++) {
      turn(scheduler, QUANTUM);
      long most = ran(vcpus).max().orElseThrow();
      assertThat(most - ran(vcpus).min().orElseThrow()).as("turn %d", turn).isBetween(0L, 100L);
    }
  }

  @Test
  void doubleWeightIsDoubleShare() {
    CreditScheduler scheduler = new CreditScheduler(1, QUANTUM);
    List<ScheduledVcpu> vcpus = all(scheduler, 512, 256);
    for (int turn = 1; turn <= TURNS; turn++) {
      turn(scheduler, QUANTUM);
      assertThat(vcpus.get(0).ranSteps - 2 * vcpus.get(1).ranSteps)
          .as("turn %d", turn)
          .isBetween(-2L * QUANTUM, 2L * QUANTUM);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void sharesFollowRandomWeightsAndTurnsOfAnyLength(long seed) {
    Random random = new Random(seed);
    int[] weights = random.ints(2 + random.nextInt(8), 1, 1000).toArray();
    CreditScheduler scheduler = new CreditScheduler(1, QUANTUM);
    List<ScheduledVcpu> vcpus = all(scheduler, weights);
    double sum = Arrays.stream(weights).sum();
    for (int turn = 0; turn < TURNS; turn++) {
      turn(scheduler, 1 + random.nextInt(QUANTUM));
      long total = ran(vcpus).sum();
      for (ScheduledVcpu vcpu : vcpus) {
        assertThat(vcpu.ranSteps - total * vcpu.weight() / sum)
            .as("seed %d, weights %s, turn %d", seed, Arrays.toString(weights), turn)
            .isBetween(-(double) QUANTUM * weights.length, (double) QUANTUM * weights.length);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void severalPhysicalCpusAreSharedAndNoneIsIdle(int cpus) {
    CreditScheduler scheduler = new CreditScheduler(cpus, QUANTUM);
    List<ScheduledVcpu> vcpus = all(scheduler, 1, 1, 1, 1, 1);
    for (int turn = 0; turn < TURNS; turn++) {
      turn(scheduler, QUANTUM);
      long last = scheduler.cpus().stream().mapToLong(cpu -> cpu.clock).max().orElseThrow();
      long first = scheduler.cpus().stream().mapToLong(cpu -> cpu.clock).min().orElseThrow();
      assertThat(last - first).as("turn %d", turn).isLessThanOrEqualTo(QUANTUM);
    }
    long share = (long) TURNS * QUANTUM / vcpus.size();
    assertThat(ran(vcpus))
        .allMatch(steps -> Math.abs(steps - share) <= 3 * QUANTUM, "%d".formatted(share));
  }

  @Test
  void nobodyRunsOnTwoPhysicalCpusAtTheSameTime() {
    CreditScheduler scheduler = new CreditScheduler(4, QUANTUM);
    List<ScheduledVcpu> vcpus = all(scheduler, 1, 2, 3, 4, 5);
    long[] until = new long[vcpus.size()];
    Random random = new Random(1);
    for (int turn = 0; turn < TURNS; turn++) {
      ScheduledVcpu next = scheduler.next();
      assertThat(next).isNotNull();
      int number = vcpus.indexOf(next);
      assertThat(next.cpu().clock).as("turn %d", turn).isGreaterThanOrEqualTo(until[number]);
      scheduler.ran(next, 1 + random.nextInt(QUANTUM));
      until[number] = next.cpu().clock;
      scheduler.addAgain(next);
    }
  }

  @Test
  void thoseThatHaveAPhysicalCpuEachStayThere() {
    CreditScheduler scheduler = new CreditScheduler(3, QUANTUM);
    List<ScheduledVcpu> vcpus = all(scheduler, 1, 1, 1);
    for (int turn = 0; turn < TURNS; turn++) {
      ScheduledVcpu next = turn(scheduler, QUANTUM);
      assertThat(next.cpu().number()).isEqualTo(vcpus.indexOf(next));
      next.load(next.cpu());
    }
  }

  @Test
  void whoSleepsEarnsNothing() {
    CreditScheduler scheduler = new CreditScheduler(1, QUANTUM);
    List<ScheduledVcpu> vcpus = all(scheduler, 1, 1, 1);
    ScheduledVcpu sleeper = vcpus.get(2);
    scheduler.remove(sleeper);
    for (int turn = 0; turn < TURNS; turn++) {
      turn(scheduler, QUANTUM);
    }
    scheduler.add(sleeper);
    for (int turn = 0; turn < TURNS; turn++) {
      turn(scheduler, QUANTUM);
    }
    assertThat(sleeper.ranSteps).isBetween(TURNS * 100L / 3 - 200, TURNS * 100L / 3 + 200);
  }
}
