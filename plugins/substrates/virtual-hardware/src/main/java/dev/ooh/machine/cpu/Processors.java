package dev.ooh.machine.cpu;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounters;
import dev.ooh.machine.memory.HostMemory;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The processors of one machine. Each has a VMCS, a log, an APIC and cached translations of its
 * own; they share memory and counters.
 *
 * <p>One executes at a time, that of the thread which holds the machine's baton, and the others
 * stand still between two instructions. So a step of one is seen by all others at once, and what
 * real processors do at the same time is done here in turns: the machine has one clock, the price
 * of what all of them counted, and a program takes no less of it for having several.
 *
 * <p>Threads: as {@link Vcpu}.
 */
public final class Processors {
  private final List<Vcpu> all;
  private final EventCounters counters;
  private Vcpu executing;

  /**
   * Processors of which number 0 executes first.
   *
   * @param count 1 or more
   */
  public Processors(int count, HostMemory memory, EventCounters counters) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "machine with %d processors: wanted 1 or more".formatted(count));
    }
    this.all = IntStream.range(0, count).mapToObj(i -> new Vcpu(i, memory, counters)).toList();
    this.counters = counters;
    this.executing = all.getFirst();
    executing.goesOn();
  }

  public int count() {
    return all.size();
  }

  /** By number. */
  public List<Vcpu> all() {
    return all;
  }

  /** The one that executes. */
  public Vcpu executing() {
    return executing;
  }

  /** Where the processors count. */
  public EventCounters counters() {
    return counters;
  }

  /** Guest-physical memory as the kernel reaches it, by whichever processor executes then. */
  public PhysicalMemory directMap() {
    // A processor that is alone needs no look for who executes.
    return count() == 1 ? executing.directMap() : new Current();
  }

  /** Another processor executes from now on, at an instruction boundary of both. */
  public void execute(int number) {
    if (executing.number() != number) {
      executing = all.get(number);
      executing.goesOn();
    }
  }

  /** Has another processor execute while {@code body} runs. */
  public void on(int number, Runnable body) {
    int before = executing.number();
    execute(number);
    try {
      body.run();
    } finally {
      execute(before);
    }
  }

  /**
   * Root mode, entered by the processor that executes, has all others exit: by an interrupt to each
   * that has executed since the last time. What they logged is in memory then, and what root mode
   * changes is in force when they go on.
   *
   * @return all others
   */
  public List<Vcpu> interruptOthers() {
    List<Vcpu> others = all.stream().filter(vcpu -> vcpu != executing).toList();
    for (Vcpu vcpu : others) {
      if (vcpu.interrupt()) {
        counters.count(Event.VCPU_KICK);
      }
    }
    return others;
  }

  /**
   * INVEPT, single-context, on every processor, which root mode interrupts for it: drops every
   * cached mapping that this machine's EPT is part of, and none of another machine's. Needed after
   * the EPT lost rights, changed a frame, or had accessed or dirty flags cleared; not after it
   * gained rights.
   */
  public void invept() {
    executing.invept();
    interruptOthers().forEach(Vcpu::invept);
  }

  private final class Current implements PhysicalMemory {
    @Override
    public long read(long gpa) {
      return executing.directMap().read(gpa);
    }

    @Override
    public void write(long gpa, long value) {
      executing.directMap().write(gpa, value);
    }

    @Override
    public void read(long gpa, long[] target, int index, int count) {
      executing.directMap().read(gpa, target, index, count);
    }

    @Override
    public void write(long gpa, long[] source, int index, int count) {
      executing.directMap().write(gpa, source, index, count);
    }
  }
}
