package dev.ooh.machine.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.cpu.GuestException;
import dev.ooh.machine.cpu.ThreadState;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.memory.OutOfHostMemoryException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the monitor answers when the guest does what it must not. */
class VirtualMachineTest {
  private static final long BYTES = 32L << 20;
  private static final long LARGE = 2L << 20;

  private final VirtualMachine machine = new VirtualMachine(BYTES);

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void anAccessToNoMemoryIsAFaultOfTheGuest() {
    machine.vcpu().directMap().write(0x1000, 7);
    for (long gpa : new long[] {BYTES, 1L << 40, 1L << 48 | 0x1000, Long.MAX_VALUE - 7, -8}) {
      assertThatThrownBy(() -> machine.vcpu().directMap().write(gpa, 1))
          .as("GPA 0x%x", gpa)
          .isInstanceOf(GuestException.class);
      assertThatThrownBy(() -> machine.vcpu().directMap().read(gpa))
          .as("GPA 0x%x", gpa)
          .isInstanceOf(GuestException.class);
    }
    assertThat(machine.vcpu().directMap().read(0x1000)).isEqualTo(7);
  }

  @Test
  void aProgramMayNotCallTheHypervisor() {
    machine.hypercalls().register(0x99, (a, b, c) -> a);
    machine.vcpu().loadThreadState(ThreadState.USER);
    assertThat(machine.vcpu().vmcall(0x99, 5, 0, 0)).isEqualTo(HypercallHandler.NOT_PERMITTED);
    machine.vcpu().loadThreadState(new ThreadState(0, 0));
    assertThat(machine.vcpu().vmcall(0x99, 5, 0, 0)).isEqualTo(5);
  }

  @Test
  void anInterruptThatNoApicTakesIsDropped() {
    machine.vcpu().selfIpi(3);
    machine.vcpu().poll();
    assertThat(machine.counters().get(Event.APIC_WRITE_EXIT)).isEqualTo(1);
    assertThat(machine.counters().get(Event.INTERRUPT)).isZero();
  }

  @Test
  void aPageThatCannotBeSplitForLackOfMemoryIsSplitLater() {
    machine.vcpu().directMap().write(LARGE + 8, 7);
    List<Long> all = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              while (true) {
                all.add(machine.memory().allocateFrame());
              }
            })
        .isInstanceOf(OutOfHostMemoryException.class);
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> machine.ept().clearDirty(LARGE))
          .isInstanceOf(OutOfHostMemoryException.class);
      assertThat(machine.ept().isDirty(LARGE)).isTrue();
    }
    machine.memory().freeFrame(all.getLast());
    assertThat(machine.ept().clearDirty(LARGE)).isTrue();
    machine.processors().invept();
    assertThat(machine.ept().isDirty(LARGE)).isFalse();
    assertThat(machine.ept().isDirty(LARGE + 4096)).isTrue();
    assertThat(machine.vcpu().directMap().read(LARGE + 8)).isEqualTo(7);
  }

  @Test
  void aHostKeepsItsMemoryForAMachineThatIsBeingMade() {
    Hypervisor host = new Hypervisor(64L << 20, 1, 100);
    VirtualMachine last = new VirtualMachine(host, BYTES, 256, 1);
    host.nextVpids(1); // by a thread that makes one
    last.close();
    assertThat(host.machines()).isEqualTo(1);
    HostMemory memory = new HostMemory(host.memory(), 4L << 20);
    memory.writeLong(memory.allocateFrame(), 7);
    memory.close();
    host.memory().close();
  }

  @Test
  void aFirstMachineThatCannotBeMadeTakesItsHostAlong() {
    Hypervisor host = new Hypervisor(LARGE, 1, 100);
    new HostMemory(host.memory(), LARGE).allocateFrame(); // in all that there is
    assertThatThrownBy(() -> new VirtualMachine(host, BYTES, 256, 1))
        .isInstanceOf(OutOfHostMemoryException.class);
    assertThat(host.machines()).isZero();
    assertThatThrownBy(() -> new VirtualMachine(host, BYTES, 256, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("its last machine was closed");
  }
}
