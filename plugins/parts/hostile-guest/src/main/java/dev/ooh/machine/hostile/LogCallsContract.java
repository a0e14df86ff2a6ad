package dev.ooh.machine.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.cpu.ThreadState;
import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.hypervisor.HypervisorModules;
import dev.ooh.machine.hypervisor.VirtualMachine;
import dev.ooh.ring.GpaList;
import dev.ooh.ring.HypervisorRingFile.Calls;
import dev.ooh.ring.RingBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Hypercalls on a log that the hypervisor keeps for a process, as a guest makes them that passes
 * what it likes: a call does all of what it says or, with {@link HypercallHandler#INVALID},
 * nothing.
 */
public abstract class LogCallsContract {
  /** How much memory the guest has. */
  protected static final long BYTES = 32L << 20;

  /** The process that {@link #call} is about. */
  protected static final long ID = 7;

  /** A ring's address, which is free, as the two below. */
  protected static final long RING = 1 << 20;

  /** A list's address. */
  protected static final long LIST = 2 << 20;

  /** A page that is tracked. */
  protected static final long PAGE = 3 << 20;

  private final VirtualMachine machine = new VirtualMachine(BYTES);
  private final HypervisorModules modules = new HypervisorModules(machine);
  private final Calls calls = calls();

  /** The numbers of the technique's hypercalls. */
  protected abstract Calls calls();

  /** Those of its other hypercalls that need a log, each with an argument that it takes. */
  protected abstract long[][] others();

  /** How many logs a guest may have. */
  protected abstract int mostLogs();

  /** Loads the technique's parts of the CPU and the hypervisor. */
  protected abstract void load(HypervisorModules into);

  /** Starts to log writes, where they are not logged from the start. */
  protected void resume() {}

  /** Brings all that was logged into the ring. */
  protected abstract void collect();

  @BeforeEach
  final void load() {
    load(modules);
    machine.vcpu().loadThreadState(new ThreadState(0, 0));
  }

  @AfterEach
  final void close() {
    unload();
    machine.close();
  }

  // ---- For subclasses -------------------------------------------------------------------------

  protected final VirtualMachine machine() {
    return machine;
  }

  /** Unloads what {@link #load} loaded. */
  protected final void unload() {
    modules.unloadAll();
  }

  protected final long call(long number, long b, long c) {
    return machine.vcpu().vmcall(number, ID, b, c);
  }

  protected final void write(long gpa, long value) {
    machine.vcpu().directMap().write(gpa, value);
  }

  protected final void assertRefused(long number, long b, long c) {
    assertThat(call(number, b, c))
        .as("hypercall 0x%x with 0x%x and %d", number, b, c)
        .isEqualTo(HypercallHandler.INVALID);
  }

  /** Opens a log with a ring of 512 entries at {@link #RING}. */
  protected final void init() {
    assertThat(call(calls.init(), RING, 512)).isZero();
  }

  /** Arms {@link #PAGE}. */
  protected final void arm() {
    write(LIST, PAGE);
    assertThat(call(calls.arm(), LIST, 1)).isZero();
  }

  /** Writes to {@link #PAGE}, armed or not; returns how many entries the ring then has. */
  protected final long entriesAfterAWrite() {
    resume();
    write(PAGE, 1);
    collect();
    return machine.readGuest(RING + RingBuffer.HEAD_OFFSET);
  }

  // ---- The laws -------------------------------------------------------------------------------

  @Test
  void aRingOutsideOfMemoryIsRefused() {
    for (long ring : new long[] {BYTES, BYTES - 4096, -4096, 1L << 48, RING + 8}) {
      assertRefused(calls.init(), ring, 512);
    }
    for (long capacity :
        new long[] {0, -1, Long.MIN_VALUE, RingBuffer.MAX_CAPACITY, 1L << 60, Long.MAX_VALUE}) {
      assertRefused(calls.init(), RING, capacity);
    }
    assertThereIsNoLog();
    init();
    assertRefused(calls.init(), BYTES, 512);
    arm();
    assertThat(entriesAfterAWrite()).as("in the ring that it had").isEqualTo(1);
  }

  private void assertThereIsNoLog() {
    for (long[] other : others()) {
      assertRefused(other[0], other[1], 0);
    }
    assertRefused(calls.arm(), LIST, 0);
    assertRefused(calls.disarm(), LIST, 0);
    assertRefused(calls.deactivate(), 0, 0);
  }

  @Test
  void theLastByteOfMemoryCanBeARings() {
    assertThat(call(calls.init(), BYTES - 8192, 512)).isZero();
    assertRefused(calls.init(), BYTES - 8192, 513);
  }

  @Test
  void aListThatIsNoneIsRefusedAndChangesNothing() {
    init();
    for (long number : new long[] {calls.arm(), calls.disarm()}) {
      for (long list : new long[] {BYTES, BYTES - 8, -8, 1L << 48, LIST + 4, Long.MIN_VALUE}) {
        assertRefused(number, list, 2);
      }
      for (long count :
          new long[] {-1, GpaList.CAPACITY + 1, (1 << 20) + 1, Long.MAX_VALUE, 1L << 61}) {
        assertRefused(number, LIST, count);
      }
      for (long gpa : new long[] {BYTES, -1, 1L << 48, Long.MIN_VALUE}) {
        write(LIST, PAGE);
        write(LIST + 8, gpa);
        assertRefused(number, LIST, 2);
      }
    }
    assertThat(call(calls.arm(), LIST, 0)).isZero();
    assertThat(entriesAfterAWrite()).as("nothing was armed").isZero();
    arm();
    for (long gpa : new long[] {BYTES, -1, 1L << 48, Long.MIN_VALUE}) {
      write(LIST + 8, gpa);
      assertRefused(calls.disarm(), LIST, 2);
    }
    assertThat(entriesAfterAWrite()).as("nothing was disarmed").isEqualTo(1);
  }

  @Test
  void oneGuestHasSoManyLogsAndNoMore() {
    for (int id = 0; id < mostLogs(); id++) {
      assertThat(machine.vcpu().vmcall(calls.init(), id, RING, 512)).isZero();
    }
    assertThat(machine.vcpu().vmcall(calls.init(), -1, RING, 512))
        .isEqualTo(HypercallHandler.EXHAUSTED);
    assertThat(call(calls.deactivate(), 0, 0)).isZero();
    assertThat(machine.vcpu().vmcall(calls.init(), -1, RING, 512)).isZero();
    assertThat(call(calls.deactivate(), 0, 0))
        .as("closed twice")
        .isEqualTo(HypercallHandler.INVALID);
  }
}
