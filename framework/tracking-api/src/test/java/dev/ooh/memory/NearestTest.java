package dev.ooh.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class NearestTest {
  private static final List<String> KNOWN = List.of("memory", "ring-entries", "seed", "uffd.mode");

  @Test
  void aSlipOfTheFingerIsUnderstood() {
    assertThat(Nearest.of("ring-entires", KNOWN)).contains("ring-entries");
    assertThat(Nearest.of("uffd-mode", KNOWN)).contains("uffd.mode");
    assertThat(Nearest.of("sed", KNOWN)).contains("seed");
  }

  @Test
  void anotherWordIsNot() {
    assertThat(Nearest.of("colour", KNOWN)).isEmpty();
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
  }
}
