package dev.ooh.machine.substrate;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an operator configures. */
class ConfiguredTest {
  private final VirtualSubstrate substrate = new VirtualSubstrate();

  @Test
  void aSettingThatIsNoneIsRefusedWithTheNearest() {
    substrate.configure(Map.of("service.pid", "dev.ooh.virtual", "cost-profil", "sc22"));
    assertThatThrownBy(() -> substrate.open(SpaceOptions.named("s")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the substrate's configuration names 'cost-profil', wanted a setting of those present:"
                + " did you mean cost-profile?");
    substrate.configure(Map.of("service.pid", "dev.ooh.virtual", "cost-profile", "sc22"));
    try (AddressSpace space = substrate.open(SpaceOptions.named("s"))) {
      space.regions();
    }
  }
}
