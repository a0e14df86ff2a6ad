package dev.ooh.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConformanceMainTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void wrongUsageIsNamed() {
    assertThat(run("virtual")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("wanted SUBSTRATE TECHNIQUE");
  }

  @Test
  void anUnknownSubstrateIsNamed() {
    assertThat(run("nowhere", "all-dirty")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("substrate is 'nowhere', wanted one");
  }

  private int run(String... arguments) {
    return ConformanceMain.run(
        List.of(arguments), System.out, new PrintStream(err, true, StandardCharsets.UTF_8));
  }
}
