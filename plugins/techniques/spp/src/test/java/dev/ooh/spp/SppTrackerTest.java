package dev.ooh.spp;

import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.hostile.TrackerContract;
import dev.ooh.machine.hypervisor.HypervisorModules;
import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.spp.cpu.SubPagePermissions;
import dev.ooh.spp.hypervisor.SppHypercalls;
import dev.ooh.spp.hypervisor.SppHypervisor;
import dev.ooh.spp.module.SppDevice;
import dev.ooh.spp.module.SppModule;

class SppTrackerTest extends TrackerContract {
  @Override
  protected String device() {
    return SppDevice.NAME;
  }

  @Override
  protected void load(HypervisorModules hypervisor, GuestKernel guest, UserProcess loader) {
    hypervisor.install(SubPagePermissions.class, SubPagePermissions::new);
    hypervisor.load(SppHypervisor.class, SppHypervisor::new);
    guest.modules().load(loader, SppModule.class, SppModule::new);
  }

  @Override
  protected boolean isAtWork(Vcpu vcpu, int pid) {
    return vcpu.vmcall(SppHypercalls.COLLECT, pid, 0, 0) != HypercallHandler.INVALID;
  }
}
