package dev.ooh.machine.hypervisor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which virtual CPU runs next, and where: credits as in Xen's credit scheduler. Whoever runs pays a
 * credit for each step (a poll, a translation miss or a unit of declared work, never time), and all
 * that run or want to get as many back, divided by their weights. Those who have paid no more than
 * they got go first ({@code UNDER}), then those who have ({@code OVER}); in either class the one
 * that waits longest. So each gets its weight's share of what there is, and nothing is idle while
 * somebody waits. Xen's third class, {@code BOOST}, by which one that wakes up goes first, is left
 * out: it is for guests that wait for devices, and there are none here.
 *
 * <p>Several physical CPUs are simulated one after another, the one that is furthest behind first:
 * each has a clock of steps, and a virtual CPU that has run up to some point on one isn't run
 * before that point on another. It goes back to the physical CPU that it ran on where its turn
 * allows that.
 *
 * <p>Pure bookkeeping, guarded by the hypervisor's lock.
 */
final class CreditScheduler {
  private final List<PhysicalCpu> cpus = new ArrayList<>();
  private final List<ScheduledVcpu> waiting = new ArrayList<>();
  private final long quantum;

  /**
   * @param cpus how many physical ones; 1 or more
   * @param quantum steps that a turn lasts; 1 or more
   */
  CreditScheduler(int cpus, long quantum) {
    for (int number = 0; number < cpus; number++) {
      this.cpus.add(new PhysicalCpu(number));
    }
    this.quantum = quantum;
  }

  List<PhysicalCpu> cpus() {
    return cpus;
  }

  /** Whether nobody waits for a turn. */
  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** It wants to run from now on; it does not wait yet. */
  void add(ScheduledVcpu vcpu) {
    for (PhysicalCpu cpu : cpus) {
      vcpu.readyAt = Math.max(vcpu.readyAt, cpu.clock);
    }
    waiting.add(vcpu);
  }

  /** It wants to go on after its turn, which {@link #ran} has booked. */
  void addAgain(ScheduledVcpu vcpu) {
    waiting.add(vcpu);
  }

  /** It waits no longer. */
  void remove(ScheduledVcpu vcpu) {
    waiting.remove(vcpu);
  }

  /** Books what one that isn't waiting ran of its turn. */
  void ran(ScheduledVcpu vcpu, long steps) {
    PhysicalCpu cpu = vcpu.cpu();
    cpu.clock += steps;
    vcpu.readyAt = cpu.clock;
    vcpu.ranSteps += steps;
    vcpu.credits -= steps;
    long weights = vcpu.weight();
    for (ScheduledVcpu other : waiting) {
      weights += other.weight();
    }
    long most = quantum * (waiting.size() + 1);
    earn(vcpu, steps, weights, most);
    for (ScheduledVcpu other : waiting) {
      earn(other, steps, weights, most);
    }
  }

  /**
   * Credits come to nothing lost by rounding. They are bounded, since where there are more physical
   * CPUs than a heavy one can use it would save for ever.
   */
  private static void earn(ScheduledVcpu vcpu, long steps, long weights, long most) {
    long share = steps * vcpu.weight() + vcpu.remainder;
    vcpu.remainder = share % weights;
    vcpu.credits = Math.clamp(vcpu.credits + share / weights, -most, most);
  }

  /**
   * Takes the next one out of the queue, and gives it the physical CPU to run on; null if none
   * waits.
   */
  @Nullable ScheduledVcpu next() {
    if (waiting.isEmpty()) {
      return null;
    }
    long start = start();
    ScheduledVcpu best = null;
    for (ScheduledVcpu vcpu : waiting) {
      if (vcpu.readyAt <= start && (best == null || rank(vcpu, start) < rank(best, start))) {
        best = vcpu;
      }
    }
    if (best == null) {
      throw new AssertionError("nobody of " + waiting + " is ready at " + start);
    }
    waiting.remove(best);
    PhysicalCpu cpu = isFree(best.lastCpu(), start) ? best.cpu() : free(start);
    cpu.clock = start;
    best.assign(cpu);
    return best;
  }

  /** The earliest moment at which somebody can run. */
  private long start() {
    long ready = Long.MAX_VALUE;
    for (ScheduledVcpu vcpu : waiting) {
      ready = Math.min(ready, vcpu.readyAt);
    }
    long start = Long.MAX_VALUE;
    for (PhysicalCpu cpu : cpus) {
      start = Math.min(start, Math.max(cpu.clock, ready));
    }
    return start;
  }

  /** Smaller goes first. */
  private static int rank(ScheduledVcpu vcpu, long start) {
    boolean over = vcpu.credits < 0;
    boolean elsewhere = vcpu.lastCpu() != null && !isFree(vcpu.lastCpu(), start);
    return (over ? 2 : 0) + (elsewhere ? 1 : 0);
  }

  /** One that nobody wants to come back to, if there is one. */
  private PhysicalCpu free(long start) {
    PhysicalCpu free = null;
    for (PhysicalCpu cpu : cpus) {
      if (isFree(cpu, start) && (free == null || (free.current != null && cpu.current == null))) {
        free = cpu;
      }
    }
    if (free == null) {
      throw new AssertionError("no physical CPU is free at " + start);
    }
    return free;
  }

  private static boolean isFree(@Nullable PhysicalCpu cpu, long start) {
    return cpu != null && cpu.clock <= start;
  }
}
