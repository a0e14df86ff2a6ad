package dev.ooh.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where the machine does not let anybody track, a program hears of it, and what would help. */
@Timeout(300)
class RefusalTest {
  private static final List<String> ALLOWED = List.of("--enable-native-access=ALL-UNNAMED");

  @Test
  void aContainerThatBlocksUserfaultfdIsARefusal() throws Exception {
    Restricted.Outcome outcome = Restricted.run(ALLOWED, "both");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.lines())
        .singleElement()
        .asString()
        .startsWith("TrackingException")
        .contains("procfs is refused", "uffd is refused")
        .contains("Operation not permitted")
        .contains("seccomp profile", "/dev/userfaultfd");
  }

  @Test
  void whoAsksForItIsToldEverythingWhyAndOnceInTheLog() throws Exception {
    Restricted.Outcome outcome = Restricted.run(ALLOWED, "both", "all");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.lines().stream().filter("all-dirty 8"::equals)).hasSize(3);
    assertThat(outcome.lines().stream().filter(line -> line.startsWith("reason: ")))
        .hasSize(3)
        .allSatisfy(line -> assertThat(line).contains("seccomp profile"));
    assertThat(outcome.lines().stream().filter(line -> line.contains("WARNING")))
        .singleElement()
        .asString()
        .contains("child", "each interval is all pages", "seccomp profile");
  }

  @Test
  void procfsGoesThroughTheDeviceWhereTheCallIsBlocked() throws Exception {
    assumeTrue(Files.isWritable(Path.of("/dev/userfaultfd")), "no device for this user");
    Restricted.Outcome outcome = Restricted.run(ALLOWED, "call");
    assertThat(outcome.lines()).contains("procfs 1", "procfs 0");
    assertThat(outcome.status()).isZero();
  }

  /** What announces checkpoints of the JVM is a program's own choice. */
  @Test
  void withoutTheJarOfCracAProgramTracks() throws Exception {
    Restricted.Outcome outcome = Restricted.runWithout("crac", ALLOWED, "nothing");
    assertThat(outcome.lines()).containsExactly("procfs 1", "procfs 0", "procfs 0");
    assertThat(outcome.status()).isZero();
  }

  @Test
  void deniedNativeAccessIsARefusal() throws Exception {
    Restricted.Outcome outcome = Restricted.run(List.of("--illegal-native-access=deny"), "nothing");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.lines())
        .singleElement()
        .asString()
        .contains("native access is denied", "--enable-native-access=ALL-UNNAMED");
  }
}
