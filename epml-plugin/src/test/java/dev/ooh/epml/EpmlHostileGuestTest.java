package dev.ooh.epml;

import dev.ooh.epml.cpu.GuestPml;
import dev.ooh.epml.cpu.GuestPmlFields;
import dev.ooh.epml.hypervisor.EpmlHypervisor;
import dev.ooh.epml.module.EpmlDevice;
import dev.ooh.epml.module.EpmlModule;
import dev.ooh.machine.hostile.HostileGuest;
import dev.ooh.machine.hostile.HostileGuestContract;
import dev.ooh.machine.vmx.VmcsField;
import java.util.List;
import java.util.Optional;

/** A guest that misuses EPML's hypercalls, its fields and its device. */
class EpmlHostileGuestTest extends HostileGuestContract {
  @Override
  protected Surface surface() {
    return new Surface() {
      @Override
      public List<Long> hypercalls() {
        return List.of(EpmlHypervisor.INIT, EpmlHypervisor.DEACTIVATE);
      }

      @Override
      public List<VmcsField> fields() {
        return GuestPmlFields.ALL;
      }

      @Override
      public Optional<String> device() {
        return Optional.of(EpmlDevice.NAME);
      }

      @Override
      public void load(HostileGuest guest) {
        guest.hypervisor().install(GuestPml.class, GuestPml::new);
        guest.hypervisor().load(EpmlHypervisor.class, EpmlHypervisor::new);
        guest.kernel().modules().load(guest.process(), EpmlModule.class, EpmlModule::new);
      }
    };
  }
}
