package dev.ooh.gc;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.gc.testing.LongArray;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.testing.jvm.ChildJvm;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What marking takes of the Java heap doesn't grow with what is marked. On real memory. */
class LongArrayTest {
  @Test
  @Timeout(value = 5, unit = MINUTES)
  void anArrayIsMarkedInLessMemoryThanItHas() throws Exception {
    var refusal = new LinuxSubstrate().refusal();
    assumeTrue(refusal.isEmpty(), () -> refusal.orElse(""));
    Process child =
        ChildJvm.of(LongArray.class)
            .with(
                "-Xmx32m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow")
            .builder()
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      String said =
          new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      long traced = 1L + LongArray.OBJECTS;
      assertThat(said.lines())
          .containsExactly(
              "YOUNG " + traced, "FULL " + traced, "YOUNG " + traced, "CONCURRENT " + traced);
      assertThat(child.waitFor()).isZero();
    } finally {
      child.destroyForcibly();
    }
  }
}
