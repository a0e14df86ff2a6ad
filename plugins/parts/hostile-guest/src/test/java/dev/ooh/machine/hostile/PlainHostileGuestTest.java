package dev.ooh.machine.hostile;

import dev.ooh.machine.vmx.VmcsField;
import java.util.List;
import java.util.Optional;

/** With nothing loaded: only what every machine has. */
class PlainHostileGuestTest extends HostileGuestContract {
  @Override
  protected Surface surface() {
    return new Surface() {
      @Override
      public List<Long> hypercalls() {
        return List.of();
      }

      @Override
      public List<VmcsField> fields() {
        return List.of();
      }

      @Override
      public Optional<String> device() {
        return Optional.empty();
      }

      @Override
      public void load(HostileGuest guest) {}
    };
  }
}
