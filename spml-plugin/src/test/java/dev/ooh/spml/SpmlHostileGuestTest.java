package dev.ooh.spml;

import dev.ooh.machine.hostile.HostileGuest;
import dev.ooh.machine.hostile.HostileGuestContract;
import dev.ooh.machine.vmx.VmcsField;
import dev.ooh.spml.hypervisor.SpmlHypercalls;
import dev.ooh.spml.hypervisor.SpmlHypervisor;
import dev.ooh.spml.module.SpmlDevice;
import dev.ooh.spml.module.SpmlModule;
import java.util.List;
import java.util.Optional;

/** A guest that misuses SPML's hypercalls and its device. */
class SpmlHostileGuestTest extends HostileGuestContract {
  @Override
  protected Surface surface() {
    return new Surface() {
      @Override
      public List<Long> hypercalls() {
        return List.of(
            SpmlHypercalls.INIT,
            SpmlHypercalls.DEACTIVATE,
            SpmlHypercalls.ENABLE_LOGGING,
            SpmlHypercalls.DISABLE_LOGGING,
            SpmlHypercalls.REPORT_UNLOGGED,
            SpmlHypercalls.REARM,
            SpmlHypercalls.DISARM);
      }

      @Override
      public List<VmcsField> fields() {
        return List.of();
      }

      @Override
      public Optional<String> device() {
        return Optional.of(SpmlDevice.NAME);
      }

      @Override
      public void load(HostileGuest guest) {
        guest.hypervisor().load(SpmlHypervisor.class, SpmlHypervisor::new);
        guest.kernel().modules().load(guest.process(), SpmlModule.class, SpmlModule::new);
      }
    };
  }
}
