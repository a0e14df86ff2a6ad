package dev.ooh.epml.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.epml.cpu.GuestPml;
import dev.ooh.epml.cpu.GuestPmlFields;
import dev.ooh.machine.cpu.GuestException;
import dev.ooh.machine.cpu.ThreadState;
import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.hypervisor.HypervisorModules;
import dev.ooh.machine.hypervisor.VirtualMachine;
import dev.ooh.machine.vmx.Vmcs;
import dev.ooh.machine.vmx.VmcsField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** EPML's hypercalls and fields as a guest uses them that passes what it likes. */
class EpmlHypervisorTest {
  private static final long BYTES = 32L << 20;
  private static final long PAGE = 1 << 20;

  private final VirtualMachine machine = new VirtualMachine(BYTES);
  private final HypervisorModules modules = new HypervisorModules(machine);
  private final Vcpu vcpu = machine.vcpu();

  @BeforeEach
  void load() {
    modules.install(GuestPml.class, GuestPml::new);
    modules.load(EpmlHypervisor.class, EpmlHypervisor::new);
    vcpu.loadThreadState(new ThreadState(0, 0));
  }

  @AfterEach
  void close() {
    modules.unloadAll();
    machine.close();
  }

  private Vmcs shadow() {
    Vmcs vmcs = vcpu.vmcs();
    return Vmcs.at(machine.memory(), vmcs.layout(), vmcs.read(VmcsField.VMCS_LINK_POINTER));
  }

  private long init(long page) {
    return vcpu.vmcall(EpmlHypervisor.INIT, page, 0, 0);
  }

  @Test
  void aPageOutsideOfMemoryIsRefused() {
    for (long page : new long[] {BYTES, -4096, 1L << 48, Long.MIN_VALUE, PAGE + 8}) {
      assertThat(init(page)).as("0x%x", page).isEqualTo(HypercallHandler.INVALID);
    }
    assertThat(vcpu.vmcall(EpmlHypervisor.DEACTIVATE, 0, 0, 0)).isEqualTo(HypercallHandler.INVALID);
    assertThat(init(BYTES - 4096)).isZero();
  }

  @Test
  void anAddressOutsideOfMemoryFaultsAndTheFieldStaysAsItWas() {
    assertThat(init(PAGE)).isZero();
    vcpu.vmwrite(GuestPmlFields.ADDRESS, GuestPmlFields.logTo(PAGE));
    long field = shadow().read(GuestPmlFields.ADDRESS);
    for (long page : new long[] {BYTES, 1L << 40, 1L << 48 | PAGE, 1L << 51}) {
      assertThatThrownBy(() -> vcpu.vmwrite(GuestPmlFields.ADDRESS, GuestPmlFields.logTo(page)))
          .as("0x%x", page)
          .isInstanceOf(GuestException.class);
      assertThat(shadow().read(GuestPmlFields.ADDRESS)).isEqualTo(field);
    }
  }

  @Test
  void fieldsThatItWasNotGivenAreUndefined() {
    assertThat(init(PAGE)).isZero();
    assertThatThrownBy(() -> vcpu.vmread(GuestPmlFields.ADDRESS))
        .isInstanceOf(GuestException.class);
    assertThat(vcpu.vmcall(EpmlHypervisor.DEACTIVATE, 0, 0, 0)).isZero();
    assertThatThrownBy(() -> vcpu.vmwrite(GuestPmlFields.INDEX, 1))
        .isInstanceOf(GuestException.class);
  }
}
