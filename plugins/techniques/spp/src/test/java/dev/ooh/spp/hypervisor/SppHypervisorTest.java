package dev.ooh.spp.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.cpu.ThreadState;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.extension.PageModificationLog;
import dev.ooh.machine.hypervisor.HypervisorModules;
import dev.ooh.machine.hypervisor.VirtualMachine;
import dev.ooh.machine.vmx.VmcsField;
import dev.ooh.ring.GpaList;
import dev.ooh.ring.RingBuffer;
import dev.ooh.spp.cpu.SppControls;
import dev.ooh.spp.cpu.SubPagePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** SPP's hypercalls as a guest makes them that passes what it likes. */
class SppHypervisorTest {
  private static final long BYTES = 32L << 20;
  private static final long ID = 7;
  private static final long RING = 1 << 20;
  private static final long LIST = 2 << 20;
  private static final long PAGE = 3 << 20;

  private final VirtualMachine machine = new VirtualMachine(BYTES);
  private final HypervisorModules modules = new HypervisorModules(machine);

  @BeforeEach
  void load() {
    modules.install(SubPagePermissions.class, SubPagePermissions::new);
    modules.load(SppHypervisor.class, SppHypervisor::new);
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

  private void arm() {
    write(LIST, PAGE);
    assertThat(call(SppHypercalls.ARM, LIST, 1)).isZero();
  }

  private void assertRefused(long number, long b, long c) {
    assertThat(call(number, b, c))
        .as("hypercall 0x%x with 0x%x and %d", number, b, c)
        .isEqualTo(HypercallHandler.INVALID);
  }

  /** The entries of the ring that were added since {@code from}. */
  private List<Long> entries(long from) {
    assertThat(call(SppHypercalls.COLLECT, 0, 0)).isZero();
    List<Long> entries = new ArrayList<>();
    for (long i = from; i < machine.readGuest(RING + RingBuffer.HEAD_OFFSET); i++) {
      entries.add(machine.readGuest(RING + RingBuffer.ENTRIES_OFFSET + 8 * i));
    }
    return entries;
  }

  private long violations() {
    return machine.counters().get(Event.EPT_VIOLATION_EXIT);
  }

  @Test
  void anArmedPageExitsOnceForEachSubPage() {
    assertThat(call(SppHypercalls.INIT, RING, 512)).isZero();
    arm();
    long before = violations();
    write(PAGE, 1);
    write(PAGE + 8, 1);
    write(PAGE + 128, 1);
    write(PAGE + 4088, 1);
    assertThat(violations() - before).isEqualTo(3);
    List<Long> entries = entries(0);
    assertThat(entries).containsExactly(WrittenSubPages.entry((int) (PAGE >>> 12), 0x8000_0003));
    assertThat(WrittenSubPages.gpa(entries.getFirst())).isEqualTo(PAGE);
    assertThat(WrittenSubPages.subPages(entries.getFirst())).isEqualTo(0x8000_0003);
    assertThat(entries(1)).isEmpty();
    write(PAGE + 8, 2);
    write(PAGE + 256, 2);
    assertThat(entries(1)).containsExactly(WrittenSubPages.entry((int) (PAGE >>> 12), 4));
  }

  @Test
  void aPageIsSetFreeWhenAllOfItWasWritten() {
    assertThat(call(SppHypercalls.INIT, RING, 512)).isZero();
    arm();
    for (long offset = 0; offset < 4096; offset += 128) {
      write(PAGE + offset, 1);
    }
    assertThat(machine.vcpu().directMap().read(PAGE + 3968)).isEqualTo(1);
    // Without sub-page permissions nothing is left that forbids a write.
    machine.vcpu().vmcs().setBits(VmcsField.SECONDARY_CONTROLS, SppControls.ENABLE, false);
    long before = violations();
    write(PAGE + 2048, 2);
    assertThat(violations()).isEqualTo(before);
  }

  @Test
  void aGranuleOpensSeveralSubPagesAtOnce() {
    assertThat(call(SppHypercalls.INIT, RING, 512)).isZero();
    assertThat(call(SppHypercalls.GRANULE, 1024, 0)).isZero();
    arm();
    long before = violations();
    write(PAGE + 1024, 1);
    write(PAGE + 2040, 1);
    assertThat(violations() - before).isEqualTo(1);
    assertThat(entries(0)).containsExactly(WrittenSubPages.entry((int) (PAGE >>> 12), 0xFF00));
    for (long bytes : new long[] {0, 64, 127, 129, 8192, -128, Long.MIN_VALUE, 1L << 40}) {
      assertRefused(SppHypercalls.GRANULE, bytes, 0);
    }
  }

  @Test
  void closingUnprotectsAndUnloadingTurnsItOff() {
    assertThat(call(SppHypercalls.INIT, RING, 512)).isZero();
    arm();
    assertThat(call(SppHypercalls.DEACTIVATE, 0, 0)).isZero();
    assertRefused(SppHypercalls.DEACTIVATE, 0, 0);
    long before = violations();
    write(PAGE, 1);
    assertThat(violations()).isEqualTo(before);

    assertThat(call(SppHypercalls.INIT, RING, 512)).isZero();
    arm();
    modules.unloadAll();
    before = violations();
    write(PAGE, 1);
    assertThat(violations()).isEqualTo(before);
    assertThat(machine.vcpu().vmcs().hasBits(VmcsField.SECONDARY_CONTROLS, SppControls.ENABLE))
        .isFalse();
  }

  @Test
  void aForgottenPageIsFree() {
    assertThat(call(SppHypercalls.INIT, RING, 512)).isZero();
    arm();
    write(PAGE, 1);
    assertThat(call(SppHypercalls.DISARM, LIST, 1)).isZero();
    long before = violations();
    write(PAGE + 1024, 1);
    assertThat(violations()).isEqualTo(before);
    assertThat(entries(0)).isEmpty();
  }

  @Test
  void migrationAndAMovedFrameChangeNothing() {
    List<Long> migrated = new ArrayList<>();
    PageModificationLog migration = machine.pageModificationLogging().open(migrated::add);
    migration.enable();
    assertThat(call(SppHypercalls.INIT, RING, 512)).isZero();
    arm();
    migration.rearm(new long[] {PAGE}, 1);
    migrated.clear();
    assertThat(machine.move(PAGE)).isTrue();
    write(PAGE + 512, 9);
    migration.flush();
    assertThat(migrated).contains(PAGE);
    assertThat(machine.readGuest(PAGE + 512)).isEqualTo(9);
    assertThat(entries(0)).containsExactly(WrittenSubPages.entry((int) (PAGE >>> 12), 1 << 4));
  }

  @Test
  void aRingOutsideOfMemoryIsRefused() {
    for (long ring : new long[] {BYTES, BYTES - 4096, -4096, 1L << 48, RING + 8}) {
      assertRefused(SppHypercalls.INIT, ring, 512);
    }
    for (long capacity :
        new long[] {0, -1, Long.MIN_VALUE, RingBuffer.MAX_CAPACITY, 1L << 60, Long.MAX_VALUE}) {
      assertRefused(SppHypercalls.INIT, RING, capacity);
    }
    assertRefused(SppHypercalls.COLLECT, 0, 0);
    assertRefused(SppHypercalls.GRANULE, 128, 0);
    assertThat(call(SppHypercalls.INIT, RING, 512)).isZero();
    assertRefused(SppHypercalls.INIT, BYTES, 512);
    arm();
    write(PAGE, 1);
    assertThat(entries(0)).as("in the ring that it had").hasSize(1);
  }

  @Test
  void aListThatIsNoneIsRefusedAndChangesNothing() {
    assertThat(call(SppHypercalls.INIT, RING, 512)).isZero();
    for (long number : new long[] {SppHypercalls.ARM, SppHypercalls.DISARM}) {
      for (long list : new long[] {BYTES, BYTES - 8, -8, 1L << 48, LIST + 4, Long.MIN_VALUE}) {
        assertRefused(number, list, 2);
      }
      for (long count : new long[] {-1, GpaList.CAPACITY + 1, Long.MAX_VALUE, 1L << 61}) {
        assertRefused(number, LIST, count);
      }
      for (long gpa : new long[] {BYTES, -1, 1L << 48, Long.MIN_VALUE}) {
        write(LIST, PAGE);
        write(LIST + 8, gpa);
        assertRefused(number, LIST, 2);
      }
    }
    long before = violations();
    write(PAGE, 1);
    assertThat(violations()).as("nothing was armed").isEqualTo(before);
    assertThat(entries(0)).isEmpty();
  }

  @Test
  void oneGuestHasSoManyLogsAndNoMore() {
    for (int id = 0; id < SppHypervisor.MAX_LOGS; id++) {
      assertThat(machine.vcpu().vmcall(SppHypercalls.INIT, id, RING, 512)).isZero();
    }
    assertThat(machine.vcpu().vmcall(SppHypercalls.INIT, -1, RING, 512))
        .isEqualTo(HypercallHandler.EXHAUSTED);
    assertThat(call(SppHypercalls.DEACTIVATE, 0, 0)).isZero();
    assertThat(machine.vcpu().vmcall(SppHypercalls.INIT, -1, RING, 512)).isZero();
  }

  @Test
  void theListItselfMayBeArmed() {
    assertThat(call(SppHypercalls.INIT, RING, 512)).isZero();
    write(LIST, LIST);
    write(LIST + 8, RING);
    assertThat(call(SppHypercalls.ARM, LIST, 2)).isZero();
    write(LIST + 8, PAGE);
    write(RING + RingBuffer.TAIL_OFFSET, 0);
    assertThat(entries(0)).hasSize(2);
  }

  @Test
  void aTableThatTheHypervisorSpoiledIsTold() {
    assertThat(call(SppHypercalls.INIT, RING, 512)).isZero();
    arm();
    machine.vcpu().vmcs().write(SppControls.SPPT_POINTER, machine.memory().allocateFrame());
    assertThatThrownBy(() -> write(PAGE, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("unexpected VM exit: EXTENSION (66), qualification 0x800");
  }
}
