package dev.ooh.spml;

import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.hostile.TrackerContract;
import dev.ooh.machine.hypervisor.HypervisorModules;
import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.machine.vmx.Controls;
import dev.ooh.machine.vmx.VmcsField;
import dev.ooh.spml.hypervisor.SpmlHypercalls;
import dev.ooh.spml.hypervisor.SpmlHypervisor;
import dev.ooh.spml.module.SpmlDevice;
import dev.ooh.spml.module.SpmlModule;

class SpmlTrackerTest extends TrackerContract {
  @Override
  protected String device() {
    return SpmlDevice.NAME;
  }

  @Override
  protected void load(HypervisorModules hypervisor, GuestKernel guest, UserProcess loader) {
    hypervisor.load(SpmlHypervisor.class, SpmlHypervisor::new);
    guest.modules().load(loader, SpmlModule.class, SpmlModule::new);
  }

  @Override
  protected boolean isAtWork(Vcpu vcpu, int pid) {
    return vcpu.vmcs().hasBits(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_PML)
        || vcpu.vmcall(SpmlHypercalls.REPORT_UNLOGGED, pid, 0, 0) != HypercallHandler.INVALID;
  }
}
