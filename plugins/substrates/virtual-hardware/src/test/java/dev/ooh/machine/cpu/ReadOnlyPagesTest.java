package dev.ooh.machine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.CpuContext;
import dev.ooh.machine.extension.CpuExtension;
import dev.ooh.machine.extension.WriteVerdict;
import dev.ooh.machine.paging.EptEntry;
import dev.ooh.machine.paging.GuestPte;
import dev.ooh.machine.vmx.EptViolation;
import dev.ooh.machine.vmx.ExitReason;
import dev.ooh.machine.vmx.VmcsField;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an extension may do about writes to pages that the EPT makes read-only. */
class ReadOnlyPagesTest {
  private static final long GVA = 0x4000_0000L;
  private static final long MARK = 1L << 61;
  private static final VmcsField CONTROL = new VmcsField(0x2FF0, "test control");

  private final TestMachine machine = new TestMachine(true);
  private final long gpa = machine.map(GVA);
  private final Judge judge = new Judge();

  @BeforeEach
  void protect() {
    machine.cpu.addExtension(judge);
    machine.store(GVA, 1);
    machine.setEpt(gpa, 1, machine.ept(gpa, 1) & ~EptEntry.WRITE | MARK);
    machine.cpu.invept();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void anAllowedWriteIsDoneAndAskedAboutEachTime() {
    judge.verdict = new WriteVerdict.Allowed();
    machine.clearEpt(gpa, 1, EptEntry.DIRTY);
    machine.enablePml(511);
    machine.store(GVA + 8, 7);
    machine.store(GVA + 8, 8);
    machine.cpu.directMap().write(gpa + 16, 9);
    assertThat(machine.peek(gpa + 8)).isEqualTo(8);
    assertThat(machine.peek(gpa + 16)).isEqualTo(9);
    assertThat(machine.exits).isEmpty();
    assertThat(machine.logged()).as("logged as any write").containsExactly(gpa);
    assertThat(judge.asked)
        .containsExactly(
            new Asked(gpa + 8, 8, true), new Asked(gpa + 8, 8, true), new Asked(gpa + 16, 8, true));
  }

  @Test
  void aReadIsNotAskedAboutAndStaysCached() {
    assertThat(machine.load(GVA)).isEqualTo(1);
    long misses = machine.count(Event.TLB_MISS);
    assertThat(machine.load(GVA)).isEqualTo(1);
    assertThat(machine.count(Event.TLB_MISS)).isEqualTo(misses);
    assertThat(judge.asked).isEmpty();
  }

  @Test
  void anAccessAcrossPagesIsAskedAboutForItsPart() {
    long next = machine.map(GVA + 4096);
    judge.verdict = new WriteVerdict.Allowed();
    machine.store(GVA + 4093, -1);
    assertThat(judge.asked).containsExactly(new Asked(gpa + 4093, 3, true));
    assertThat(machine.peek(next)).isEqualTo(0xFF_FFFF_FFFFL);
  }

  @Test
  void aDeniedWriteIsAViolationOfTheByteNamed() {
    judge.verdict = new WriteVerdict.Denied(gpa + 128);
    machine.vmm = exit -> machine.setEpt(gpa, 1, machine.ept(gpa, 1) | EptEntry.WRITE);
    long at = machine.cpu.translateForWrite(GVA + 64, 256);
    assertThat(at).isEqualTo(machine.memory.nativeAddress(machine.hpa(gpa)) + 64);
    assertThat(machine.exits)
        .containsExactly(
            new VmExit(
                ExitReason.EPT_VIOLATION,
                EptViolation.WRITE
                    | EptViolation.READABLE
                    | EptViolation.EXECUTABLE
                    | EptViolation.LINEAR_ADDRESS_VALID
                    | EptViolation.FINAL_ACCESS,
                gpa + 128,
                GVA + 128));
    assertThat(judge.asked).containsExactly(new Asked(gpa + 64, 256, true));
  }

  @Test
  void anExtensionHasExitsOfItsOwn() {
    judge.verdict = new WriteVerdict.Exit(66, 1 << 11);
    machine.vmm = exit -> judge.verdict = new WriteVerdict.Allowed();
    machine.store(GVA + 8, 7);
    assertThat(machine.exits)
        .containsExactly(new VmExit(ExitReason.EXTENSION, 66, 1 << 11, gpa + 8, GVA + 8));
    assertThat(machine.vmcs.read(VmcsField.EXIT_REASON)).isEqualTo(66);
    assertThat(machine.vmcs.read(VmcsField.EXIT_QUALIFICATION)).isEqualTo(1 << 11);
    assertThat(machine.vmcs.read(VmcsField.GUEST_PHYSICAL_ADDRESS)).isEqualTo(gpa + 8);
    assertThat(machine.count(Event.VM_EXIT)).isEqualTo(1);
    assertThat(machine.count(Event.EPT_VIOLATION_EXIT)).isZero();
    assertThat(machine.peek(gpa + 8)).isEqualTo(7);
  }

  @Test
  void withoutAnAnswerItIsAViolation() {
    machine.vmm = exit -> machine.setEpt(gpa, 1, machine.ept(gpa, 1) | EptEntry.WRITE);
    machine.store(GVA + 8, 7);
    assertThat(machine.exits).extracting(VmExit::reason).containsExactly(ExitReason.EPT_VIOLATION);
    assertThat(machine.exits.getFirst().guestPhysicalAddress()).isEqualTo(gpa + 8);
  }

  @Test
  void theWalksOwnAccessesAreNotAskedAbout() {
    judge.verdict = new WriteVerdict.Allowed();
    long table = machine.pteAddress(GVA, 1) & ~0xFFFL;
    machine.clearEpt(table, 1, EptEntry.WRITE);
    machine.cpu.invept();
    machine.vmm = exit -> machine.setEpt(table, 1, machine.ept(table, 1) | EptEntry.WRITE);
    machine.clearPte(GVA, 1, GuestPte.ACCESSED);
    machine.load(GVA);
    assertThat(machine.exits).hasSize(1);
    assertThat(judge.asked).isEmpty();
  }

  @Test
  void aLargePageAndOneThatIsNotReadableAreNotAskedAbout() {
    judge.verdict = new WriteVerdict.Allowed();
    machine.clearEpt(TestMachine.LARGE_GPA, 2, EptEntry.WRITE);
    machine.vmm =
        exit -> machine.setEpt(TestMachine.LARGE_GPA, 2, machine.ept(TestMachine.LARGE_GPA, 2) | 2);
    machine.cpu.directMap().write(TestMachine.LARGE_GPA, 1);
    machine.setEpt(gpa, 1, 0);
    machine.cpu.invept();
    machine.vmm =
        exit ->
            machine.setEpt(
                gpa, 1, EptEntry.page(machine.memory.allocateFrame(), EptEntry.ALL_RIGHTS));
    machine.cpu.directMap().write(gpa, 1);
    assertThat(machine.exits).hasSize(2);
    assertThat(judge.asked).isEmpty();
  }

  @Test
  void anExtensionReadsControlsAndHostMemory() {
    machine.vmcs.write(CONTROL, 0x1234);
    assertThat(judge.context().control(CONTROL)).isEqualTo(0x1234);
    long hpa = machine.memory.allocateFrame();
    judge.context().storeHostPhysical(hpa + 8, 5);
    assertThat(judge.context().loadHostPhysical(hpa + 8)).isEqualTo(5);
    assertThat(machine.memory.readLong(hpa + 8)).isEqualTo(5);
  }

  /** What was asked: the address, the size, and whether the entry was the page's. */
  private record Asked(long gpa, int bytes, boolean marked) {}

  /** Says what it is told to say. */
  private static final class Judge implements CpuExtension {
    final List<Asked> asked = new ArrayList<>();
    @Nullable WriteVerdict verdict;
    private @Nullable CpuContext cpu;

    CpuContext context() {
      return Objects.requireNonNull(cpu);
    }

    @Override
    public String name() {
      return "judge";
    }

    @Override
    public List<VmcsField> fields() {
      return List.of(CONTROL);
    }

    @Override
    public void attach(CpuContext context) {
      cpu = context;
    }

    @Override
    public void detach() {
      cpu = null;
    }

    @Override
    public void dirtyFlagSet(long gva) {}

    @Override
    public @Nullable WriteVerdict writesReadOnlyPage(long eptEntry, long gpa, int bytes) {
      asked.add(new Asked(gpa, bytes, (eptEntry & MARK) != 0));
      return verdict;
    }
  }
}
