package dev.ooh.machine.hypervisor;

import dev.ooh.machine.extension.Registration;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.memory.MemoryPool;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A host: physical CPUs and memory, and the virtual machines that share them, each with a virtual
 * CPU, a VMCS, an EPT, a PML page and a VPID of its own.
 *
 * <p>One virtual CPU executes at a time, also where the host has several physical CPUs, which are
 * simulated in turns; so several machines' runs repeat as exactly as one's. A virtual CPU gives up
 * its physical CPU when its guest has nothing to run, or after a quantum of steps (polls,
 * translation misses, units of declared work) if another one wants to run ({@link
 * CreditScheduler}). One that has the host to itself is never interrupted, so a single machine
 * counts the same events whatever the quantum is.
 *
 * <p>A switch of virtual CPUs counts an exit for an external interrupt if the one that was running
 * had more to do, and the VMPTRLD by which the next one's VMCS takes its place; both are counted by
 * the machine that goes on. Cached translations are tagged with the machine's VPID and EPT, so they
 * survive a switch and nobody else uses them; they don't survive a move to another physical CPU,
 * which begins with a VMCLEAR where it was and a new VPID. The PML page and index are the VMCS's
 * own: what a machine has logged stays there until it goes on. As in Xen, and unlike in KVM, the
 * hypervisor doesn't empty it at an exit of another kind.
 *
 * <p>For any thread.
 */
public final class Hypervisor {
  /** Virtual-processor identifiers have 16 bits, and 0 is root mode's. */
  private static final int LAST_VPID = 0xFFFF;

  /** Memory beyond a guest's own, for tables, VMCSs and frames in transit: 1/64 and 64 MiB. */
  private static final long RESERVE = 64L << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final MemoryPool memory;
  private final CreditScheduler scheduler;
  private final int quantum;

  /** The one that executes. */
  private @Nullable ScheduledVcpu executing;

  private int holds;
  private int machines;
  private int vpids;
  private boolean closed;

  /**
   * A host without machines.
   *
   * @param memoryBytes of host-physical memory, a positive multiple of 2 MiB; there from when it is
   *     touched
   * @param physicalCpus 1 or more
   * @param quantum steps of a virtual CPU's turn; 1 or more
   */
  public Hypervisor(long memoryBytes, int physicalCpus, int quantum) {
    if (physicalCpus < 1 || quantum < 1) {
      throw new IllegalArgumentException(
          "host with %d physical CPUs and a quantum of %d steps: wanted 1 or more of each"
              .formatted(physicalCpus, quantum));
    }
    this.memory = new MemoryPool(memoryBytes);
    this.scheduler = new CreditScheduler(physicalCpus, quantum);
    this.quantum = quantum;
  }

  /** A host of one CPU, for one machine. */
  static Hypervisor ofOne(long guestBytes) {
    return new Hypervisor(memoryFor(guestBytes), 1, 1 << 20);
  }

  /** The host-physical memory that a machine may take at most, in bytes. */
  public static long memoryFor(long guestBytes) {
    return guestBytes + align(guestBytes / 64) + RESERVE;
  }

  private static long align(long bytes) {
    return (bytes + HostMemory.LARGE_FRAME - 1) & -HostMemory.LARGE_FRAME;
  }

  /** The memory that the machines share. */
  public MemoryPool memory() {
    return memory;
  }

  /** How many machines there are. */
  public int machines() {
    return look(() -> machines);
  }

  /**
   * Keeps virtual CPUs from starting until the result is closed: what is made ready meanwhile
   * starts at the same moment. One that runs already finishes its turn.
   */
  public Registration hold() {
    look(() -> holds++);
    boolean[] held = {true};
    return () ->
        look(
            () -> {
              if (held[0]) {
                held[0] = false;
                holds--;
                dispatch();
              }
              return true;
            });
  }

  // ---- Machines -------------------------------------------------------------------------------

  /**
   * VPIDs for a machine that is being made, which is one of the host's from now on: one for each of
   * its processors.
   *
   * @return the first of them
   */
  int nextVpids(int processors) {
    return look(
        () -> {
          checkOpen();
          if (vpids > LAST_VPID - processors) {
            throw new IllegalStateException(
                "host: it had %d virtual processors, wanted less".formatted(vpids));
          }
          machines++;
          int first = vpids + 1;
          vpids += processors;
          return first;
        });
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException(
          "host: its last machine was closed, wanted one that has machines");
    }
  }

  /** A machine goes, whose memory was given back. The host goes with the last one. */
  void unregister(ScheduledVcpu vcpu) {
    look(
        () -> {
          for (PhysicalCpu cpu : scheduler.cpus()) {
            if (cpu.current == vcpu) {
              cpu.current = null;
            }
          }
          vcpu.goes();
          forget();
          return true;
        });
  }

  /** A machine could not be made, and has given back what memory it had. */
  void uncount() {
    look(
        () -> {
          forget();
          return true;
        });
  }

  private void forget() {
    machines--;
    closeIfUnused();
  }

  /** Gives the memory back if there is no machine; none can be made any more then. */
  public void closeIfUnused() {
    look(
        () -> {
          if (machines == 0) {
            closed = true;
            memory.close();
          }
          return true;
        });
  }

  // ---- Turns ----------------------------------------------------------------------------------

  int quantum() {
    return quantum;
  }

  void wake(ScheduledVcpu vcpu) {
    lock.lock();
    try {
      if (!vcpu.active) {
        vcpu.active = true;
        scheduler.add(vcpu);
        dispatch();
      }
    } finally {
      lock.unlock();
    }
  }

  void halt(ScheduledVcpu vcpu) {
    lock.lock();
    try {
      if (!vcpu.active || !vcpu.outside.isEmpty()) {
        return;
      }
      vcpu.active = false;
      if (executing == vcpu) {
        end(vcpu);
        dispatch();
      } else {
        scheduler.remove(vcpu);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The turn of {@code vcpu} is over.
   *
   * @return true if it goes on at once, as if nothing had been
   */
  boolean passOn(ScheduledVcpu vcpu) {
    lock.lock();
    try {
      if (holds == 0 && scheduler.isEmpty()) {
        scheduler.ran(vcpu, vcpu.used());
        vcpu.renew();
        return true;
      }
      end(vcpu);
      vcpu.interrupted = true;
      scheduler.addAgain(vcpu);
      dispatch();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * @throws IllegalStateException for a thread that another machine waits for
   */
  void checkOutside(ScheduledVcpu vcpu) {
    Thread me = Thread.currentThread();
    ScheduledVcpu other =
        look(() -> executing != null && executing.dependsOn(me) ? executing : null);
    if (other != null && other != vcpu) {
      throw new IllegalStateException(
          "thread %s runs %s and can't wait for %s of the same host: wanted a call from outside of it"
              .formatted(me.getName(), other, vcpu));
    }
  }

  private void end(ScheduledVcpu vcpu) {
    vcpu.stop();
    scheduler.ran(vcpu, vcpu.used());
    vcpu.observer().ended(vcpu.cpu().number(), vcpu.cpu().clock);
    executing = null;
  }

  private void dispatch() {
    if (executing != null || holds > 0) {
      return;
    }
    ScheduledVcpu next = scheduler.next();
    if (next == null) {
      return;
    }
    PhysicalCpu cpu = next.cpu();
    next.load(cpu);
    executing = next;
    next.observer().began(cpu.number(), next.readyAt, cpu.clock);
    next.start();
  }

  <T extends @Nullable Object> T look(Supplier<T> body) {
    lock.lock();
    try {
      return body.get();
    } finally {
      lock.unlock();
    }
  }
}
