package dev.ooh.epml;

import dev.ooh.epml.cpu.GuestPml;
import dev.ooh.epml.cpu.GuestPmlFields;
import dev.ooh.epml.hypervisor.EpmlHypervisor;
import dev.ooh.epml.module.EpmlDevice;
import dev.ooh.epml.module.EpmlModule;
import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.hostile.TrackerContract;
import dev.ooh.machine.hypervisor.HypervisorModules;
import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.machine.vmx.Controls;
import dev.ooh.machine.vmx.VmcsField;

class EpmlTrackerTest extends TrackerContract {
  @Override
  protected String device() {
    return EpmlDevice.NAME;
  }

  @Override
  protected void load(HypervisorModules hypervisor, GuestKernel guest, UserProcess loader) {
    hypervisor.install(GuestPml.class, GuestPml::new);
    hypervisor.load(EpmlHypervisor.class, EpmlHypervisor::new);
    guest.modules().load(loader, EpmlModule.class, EpmlModule::new);
  }

  @Override
  protected boolean isAtWork(Vcpu vcpu, int pid) {
    return vcpu.vmcs().hasBits(VmcsField.SECONDARY_CONTROLS, Controls.VMCS_SHADOWING)
        || vcpu.vmcs().read(GuestPmlFields.ADDRESS) != 0;
  }
}
