package dev.ooh.spml.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.cpu.ThreadState;
import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.extension.PageModificationLog;
import dev.ooh.machine.hypervisor.HypervisorModules;
import dev.ooh.machine.hypervisor.VirtualMachine;
import dev.ooh.ring.GpaList;
import dev.ooh.ring.RingBuffer;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** SPML's hypercalls as a guest makes them that passes what it likes. */
class SpmlHypervisorTest {
  private static final long BYTES = 32L << 20;
  private static final long ID = 7;
  private static final long RING = 1 << 20;
  private static final long LIST = 2 << 20;
  private static final long PAGE = 3 << 20;

  private final VirtualMachine machine = new VirtualMachine(BYTES);
  private final HypervisorModules modules = new HypervisorModules(machine);

  @BeforeEach
  void load() {
    modules.load(SpmlHypervisor.class, SpmlHypervisor::new);
    machine.vcpu().loadThreadState(new ThreadState(0, 0));
  }

  @AfterEach
  void close() {
    modules.unloadAll();
    machine.close();
  }

  private long call(long number, long b, long c) {
    return machine.vcpu().vmcall(number, ID, b, c);
  }

  private void write(long gpa, long value) {
    machine.vcpu().directMap().write(gpa, value);
  }

  private void assertRefused(long number, long b, long c) {
    assertThat(call(number, b, c))
        .as("hypercall 0x%x with 0x%x and %d", number, b, c)
        .isEqualTo(HypercallHandler.INVALID);
  }

  /** Arms {@link #PAGE}, writes to it and has it reported; how many entries the ring then has. */
  private long entriesAfterAWrite() {
    write(LIST, PAGE);
    assertThat(call(SpmlHypercalls.REARM, LIST, 1)).isZero();
    assertThat(call(SpmlHypercalls.ENABLE_LOGGING, 0, 0)).isZero();
    write(PAGE, 1);
    assertThat(call(SpmlHypercalls.DISABLE_LOGGING, 0, 0)).isZero();
    return machine.readGuest(RING + RingBuffer.HEAD_OFFSET);
  }

  @Test
  void aRingOutsideOfMemoryIsRefused() {
    for (long ring : new long[] {BYTES, BYTES - 4096, -4096, 1L << 48, RING + 8}) {
      assertRefused(SpmlHypercalls.INIT, ring, 512);
    }
    for (long capacity :
        new long[] {0, -1, Long.MIN_VALUE, RingBuffer.MAX_CAPACITY, 1L << 60, Long.MAX_VALUE}) {
      assertRefused(SpmlHypercalls.INIT, RING, capacity);
    }
    assertRefused(SpmlHypercalls.ENABLE_LOGGING, 0, 0);
    assertThat(call(SpmlHypercalls.INIT, RING, 512)).isZero();
    assertRefused(SpmlHypercalls.INIT, BYTES, 512);
    assertThat(entriesAfterAWrite()).as("in the ring that it had").isEqualTo(1);
  }

  @Test
  void theLastByteOfMemoryCanBeARings() {
    assertThat(call(SpmlHypercalls.INIT, BYTES - 8192, 512)).isZero();
    assertRefused(SpmlHypercalls.INIT, BYTES - 8192, 513);
  }

  @Test
  void aListThatIsNoneIsRefusedAndChangesNothing() {
    assertThat(call(SpmlHypercalls.INIT, RING, 512)).isZero();
    for (long number : new long[] {SpmlHypercalls.REARM, SpmlHypercalls.DISARM}) {
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
    assertThat(call(SpmlHypercalls.REARM, LIST, 0)).isZero();
    assertThat(entriesAfterAWrite()).isEqualTo(1);
  }

  @Test
  void oneGuestHasSoManyLogsAndNoMore() {
    for (int id = 0; id < SpmlHypervisor.MAX_LOGS; id++) {
      assertThat(machine.vcpu().vmcall(SpmlHypercalls.INIT, id, RING, 512)).isZero();
    }
    assertThat(machine.vcpu().vmcall(SpmlHypercalls.INIT, -1, RING, 512))
        .isEqualTo(HypercallHandler.EXHAUSTED);
    assertThat(call(SpmlHypercalls.DEACTIVATE, 0, 0)).isZero();
    assertThat(machine.vcpu().vmcall(SpmlHypercalls.INIT, -1, RING, 512)).isZero();
  }

  @Test
  void aRingFullOfNonsenseLosesTheMigrationNothing() {
    TreeSet<Long> migrated = new TreeSet<>();
    PageModificationLog migration = machine.pageModificationLogging().open(migrated::add);
    migration.enable();
    assertThat(call(SpmlHypercalls.INIT, RING, 512)).isZero();
    for (long word : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 512}) {
      for (long offset = 0; offset < 4096; offset += 8) {
        write(RING + offset, word);
      }
      migration.rearm(new long[] {PAGE}, 1);
      migrated.clear();
      entriesAfterAWrite();
      migration.flush();
      assertThat(migrated).contains(PAGE);
    }
  }
}
