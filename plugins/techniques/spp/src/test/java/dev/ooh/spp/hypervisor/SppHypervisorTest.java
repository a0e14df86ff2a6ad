package dev.ooh.spp.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.PageModificationLog;
import dev.ooh.machine.hostile.LogCallsContract;
import dev.ooh.machine.hypervisor.HypervisorModules;
import dev.ooh.machine.vmx.VmcsField;
import dev.ooh.ring.HypervisorRingFile.Calls;
import dev.ooh.ring.RingBuffer;
import dev.ooh.spp.cpu.SppControls;
import dev.ooh.spp.cpu.SubPagePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** SPP's hypercalls as a guest makes them that passes what it likes. */
class SppHypervisorTest extends LogCallsContract {
  @Override
  protected Calls calls() {
    return new Calls(
        "SPP",
        SppHypercalls.INIT,
        SppHypercalls.DEACTIVATE,
        SppHypercalls.ARM,
        SppHypercalls.DISARM);
  }

  @Override
  protected long[][] others() {
    return new long[][] {{SppHypercalls.COLLECT, 0}, {SppHypercalls.GRANULE, 128}};
  }

  @Override
  protected int mostLogs() {
    return SppHypervisor.MAX_LOGS;
  }

  @Override
  protected void load(HypervisorModules into) {
    into.install(SubPagePermissions.class, SubPagePermissions::new);
    into.load(SppHypervisor.class, SppHypervisor::new);
  }

  @Override
  protected void collect() {
    assertThat(call(SppHypercalls.COLLECT, 0, 0)).isZero();
  }

  /** The entries of the ring that were added since {@code from}. */
  private List<Long> entries(long from) {
    collect();
    List<Long> entries = new ArrayList<>();
    for (long i = from; i < machine().readGuest(RING + RingBuffer.HEAD_OFFSET); i++) {
      entries.add(machine().readGuest(RING + RingBuffer.ENTRIES_OFFSET + 8 * i));
    }
    return entries;
  }

  private long violations() {
    return machine().counters().get(Event.EPT_VIOLATION_EXIT);
  }

  @Test
  void anArmedPageExitsOnceForEachSubPage() {
    init();
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
    init();
    arm();
    for (long offset = 0; offset < 4096; offset += 128) {
      write(PAGE + offset, 1);
    }
    assertThat(machine().vcpu().directMap().read(PAGE + 3968)).isEqualTo(1);
    // Without sub-page permissions nothing is left that forbids a write.
    machine().vcpu().vmcs().setBits(VmcsField.SECONDARY_CONTROLS, SppControls.ENABLE, false);
    long before = violations();
    write(PAGE + 2048, 2);
    assertThat(violations()).isEqualTo(before);
  }

  @Test
  void aGranuleOpensSeveralSubPagesAtOnce() {
    init();
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
    init();
    arm();
    assertThat(call(SppHypercalls.DEACTIVATE, 0, 0)).isZero();
    assertRefused(SppHypercalls.DEACTIVATE, 0, 0);
    long before = violations();
    write(PAGE, 1);
    assertThat(violations()).isEqualTo(before);

    init();
    arm();
    unload();
    before = violations();
    write(PAGE, 1);
    assertThat(violations()).isEqualTo(before);
    assertThat(machine().vcpu().vmcs().hasBits(VmcsField.SECONDARY_CONTROLS, SppControls.ENABLE))
        .isFalse();
  }

  @Test
  void aForgottenPageIsFree() {
    init();
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
    PageModificationLog migration = machine().pageModificationLogging().open(migrated::add);
    migration.enable();
    init();
    arm();
    migration.rearm(new long[] {PAGE}, 1);
    migrated.clear();
    assertThat(machine().move(PAGE)).isTrue();
    write(PAGE + 512, 9);
    migration.flush();
    assertThat(migrated).contains(PAGE);
    assertThat(machine().readGuest(PAGE + 512)).isEqualTo(9);
    assertThat(entries(0)).containsExactly(WrittenSubPages.entry((int) (PAGE >>> 12), 1 << 4));
  }

  @Test
  void theListItselfMayBeArmed() {
    init();
    write(LIST, LIST);
    write(LIST + 8, RING);
    assertThat(call(SppHypercalls.ARM, LIST, 2)).isZero();
    write(LIST + 8, PAGE);
    write(RING + RingBuffer.TAIL_OFFSET, 0);
    assertThat(entries(0)).hasSize(2);
  }

  @Test
  void aTableThatTheHypervisorSpoiledIsTold() {
    init();
    arm();
    machine().vcpu().vmcs().write(SppControls.SPPT_POINTER, machine().memory().allocateFrame());
    assertThatThrownBy(() -> write(PAGE, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("unexpected VM exit: EXTENSION (66), qualification 0x800");
  }
}
