package dev.ooh.machine.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.cpu.VmExit;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.HostFrame;
import dev.ooh.machine.extension.HypervisorContext;
import dev.ooh.machine.extension.HypervisorModule;
import dev.ooh.machine.paging.EptEntry;
import dev.ooh.machine.vmx.ExitReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A module that makes pages read-only and serves the exits that follow. */
class ExitHandlersTest {
  private static final long BYTES = 32L << 20;
  private static final long PAGE = 3 << 20;

  private final VirtualMachine machine = new VirtualMachine(BYTES);
  private final HypervisorModules modules = new HypervisorModules(machine);
  private final Guard guard = new Guard();

  @BeforeEach
  void load() {
    modules.load(Guard.class, () -> guard);
    machine.vcpu().directMap().write(PAGE, 1);
  }

  @AfterEach
  void close() {
    modules.unloadAll();
    machine.close();
  }

  private void protect() {
    guard.context().changeEptEntry(PAGE + 8, EptEntry.WRITE, 1L << 61);
    guard.context().invept();
    guard.guarding = true;
  }

  @Test
  void aProtectedPageExitsToTheModuleAndTheWriteIsMade() {
    protect();
    machine.vcpu().directMap().write(PAGE + 64, 5);
    assertThat(guard.served).containsExactly(PAGE + 64);
    assertThat(machine.readGuest(PAGE + 64)).isEqualTo(5);
    assertThat(machine.readGuest(PAGE)).as("the frame stays").isEqualTo(1);
    assertThat(machine.counters().get(Event.EPT_VIOLATION_EXIT)).isEqualTo(2);
  }

  @Test
  void neighboursInA2MibPageKeepTheirRights() {
    protect();
    machine.vcpu().directMap().write(PAGE + 4096, 5);
    machine.vcpu().directMap().write(PAGE - 8, 5);
    assertThat(guard.served).isEmpty();
  }

  @Test
  void whatNoModuleServesIsTheMonitors() {
    machine.vcpu().directMap().write(PAGE + (8 << 20), 5);
    assertThat(guard.served).isEmpty();
    assertThat(machine.readGuest(PAGE + (8 << 20))).isEqualTo(5);
  }

  @Test
  void aReasonThatNobodyServesIsAnError() {
    VmExit exit = new VmExit(ExitReason.EXTENSION, 66, 0, PAGE, 0);
    machine.exit(exit);
    assertThat(guard.own).isEqualTo(1);
    modules.unloadAll();
    assertThatThrownBy(() -> machine.exit(exit))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("unexpected VM exit: EXTENSION (66)");
  }

  @Test
  void anUnloadedModuleServesNothingAndItsFramesAreFreed() {
    HostFrame frame = guard.context().allocateFrame();
    frame.setLong(8, 7);
    assertThat(frame.getLong(8)).isEqualTo(7);
    assertThat(machine.memory().readLong(frame.hpa() + 8)).isEqualTo(7);
    modules.unloadAll();
    assertThat(machine.memory().isAllocated(frame.hpa())).isFalse();
    frame.close();
  }

  @Test
  void theFrameOfAnEntryStays() {
    assertThatThrownBy(() -> guard.context().changeEptEntry(PAGE, 0, 4096))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("wanted none of the frame's");
  }

  /** Gives the right back at the first write. */
  private static final class Guard implements HypervisorModule {
    final List<Long> served = new ArrayList<>();
    int own;
    boolean guarding;
    private final List<HypervisorContext> contexts = new ArrayList<>();

    HypervisorContext context() {
      return contexts.getFirst();
    }

    @Override
    public void load(HypervisorContext hypervisor) {
      contexts.add(hypervisor);
      hypervisor.registerExitHandler(48, (qualification, gpa, gva) -> violation(gpa));
      hypervisor.registerExitHandler(66, (qualification, gpa, gva) -> ++own > 0);
    }

    @Override
    public void unload() {}

    private boolean violation(long gpa) {
      if (!guarding || (gpa & -4096) != PAGE) {
        return false;
      }
      served.add(gpa);
      context().changeEptEntry(gpa, 1L << 61, EptEntry.WRITE);
      return true;
    }
  }
}
