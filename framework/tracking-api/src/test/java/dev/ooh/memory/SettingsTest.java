package dev.ooh.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private static final List<String> KNOWN = List.of("uffd.mode", "ring-entries");

  @Test
  void anUnknownNameIsRefusedWithTheNearest() {
    Settings.checkNames(List.of("uffd.mode"), KNOWN, "it names");
    assertThatThrownBy(
            () -> Settings.checkNames(List.of("uffd.mode", "uffd-mode"), KNOWN, "it names"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "it names 'uffd-mode', wanted a setting of those present: did you mean uffd.mode?");
    assertThatThrownBy(() -> Settings.checkNames(List.of("colour"), KNOWN, "it names"))
        .hasMessageEndingWith("those present: ring-entries, uffd.mode");
  }

  /** Whoever is to read it: it may be somebody else who is active. */
  @Test
  void aValueThatASettingDoesNotWantIsRefused() {
    List<Setting<?>> known =
        List.of(
            Setting.oneOf(
                "uffd.mode", List.of("synchronous", "asynchronous"), "synchronous", "how"),
            Setting.flag("loud", false, "whether"));
    Settings.check(Map.of("uffd.mode", "asynchronous"), known, "it names");
    assertThatThrownBy(() -> Settings.check(Map.of("uffd.mode", "asynchronos"), known, "it names"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("setting uffd.mode is 'asynchronos', wanted ");
    assertThatThrownBy(() -> Settings.check(Map.of("lout", "true"), known, "it names"))
        .hasMessageEndingWith("did you mean loud?");
  }

  @Test
  void whatOsgiAddsToAConfigurationIsNoSetting() {
    assertThat(
            Settings.ofConfiguration(
                Map.of("service.pid", "p", "component.name", "c", "component.id", 5L, "seed", 7)))
        .isEqualTo(Map.of("seed", "7"));
  }
}
