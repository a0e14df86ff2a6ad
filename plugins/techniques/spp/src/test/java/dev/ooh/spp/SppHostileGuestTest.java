package dev.ooh.spp;

import dev.ooh.machine.hostile.HostileGuest;
import dev.ooh.machine.hostile.HostileGuestContract;
import dev.ooh.machine.vmx.VmcsField;
import dev.ooh.spp.cpu.SppControls;
import dev.ooh.spp.cpu.SubPagePermissions;
import dev.ooh.spp.hypervisor.SppHypercalls;
import dev.ooh.spp.hypervisor.SppHypervisor;
import dev.ooh.spp.module.SppDevice;
import dev.ooh.spp.module.SppModule;
import java.util.List;
import java.util.Optional;

/** A guest that misuses SPP's hypercalls, the field that is not its own, and the device. */
class SppHostileGuestTest extends HostileGuestContract {
  @Override
  protected Surface surface() {
    return new Surface() {
      @Override
      public List<Long> hypercalls() {
        return List.of(
            SppHypercalls.INIT,
            SppHypercalls.DEACTIVATE,
            SppHypercalls.GRANULE,
            SppHypercalls.COLLECT,
            SppHypercalls.ARM,
            SppHypercalls.DISARM);
      }

      @Override
      public List<VmcsField> fields() {
        return List.of(SppControls.SPPT_POINTER);
      }

      @Override
      public Optional<String> device() {
        return Optional.of(SppDevice.NAME);
      }

      @Override
      public void load(HostileGuest guest) {
        guest.hypervisor().install(SubPagePermissions.class, SubPagePermissions::new);
        guest.hypervisor().load(SppHypervisor.class, SppHypervisor::new);
        guest.kernel().modules().load(guest.process(), SppModule.class, SppModule::new);
      }
    };
  }
}
