package dev.ooh.linux.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.Userfaultfd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tracked JVM ends while its monitor starts, which a Java that waits makes last. */
@Timeout(300)
class MonitorStartTest {
  /** How the tracked JVM ends. */
  enum End {
    /** Its own hook deletes the folder at once. */
    TERM(Process::destroy, true),
    /** The monitor finds that nobody listens. */
    KILL(Process::destroyForcibly, false);

    private final Consumer<Process> of;
    private final boolean atOnce;

    End(Consumer<Process> of, boolean atOnce) {
      this.of = of;
      this.atOnce = atOnce;
    }
  }

  @TempDir private Path folder;

  @BeforeEach
  void needsAMonitor() {
    try (AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("start"))) {
      space
          .facility(Userfaultfd.class)
          .orElseThrow()
          .open(Userfaultfd.Mode.SYNCHRONOUS_WRITE_PROTECT)
          .close();
    } catch (FacilityException e) {
      assumeTrue(false, e.getMessage());
    }
  }

  @ParameterizedTest
  @EnumSource
  void leavesNothing(End end) throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Path arrived = pipe("arrived");
    Path go = pipe("go");
    Path java = Files.createDirectories(folder.resolve("home/bin")).resolve("java");
    Files.writeString(
        java,
        """
        #!/bin/sh
        echo here > %s
        read go < %s
        exec %s/bin/java "$@"
        """
            .formatted(arrived, go, System.getProperty("java.home")));
    assertThat(java.toFile().setExecutable(true)).isTrue();
    String before =
        "%s='%s' JDK_JAVA_OPTIONS='-Djava.io.tmpdir=%s' exec "
            .formatted(Child.MONITORS_HOME, folder.resolve("home"), temporary);
    try (Child child = Child.start(folder, before, Child.Role.HOLD_A_MONITOR_OF_ANOTHER_JAVA)) {
      assertThat(Files.readString(arrived)).contains("here");
      ProcessHandle monitor = child.process().children().findFirst().orElseThrow();
      assertThat(temporary).isNotEmptyDirectory();
      end.of.accept(child.process());
      child.process().waitFor();
      if (end.atOnce) {
        assertThat(temporary).isEmptyDirectory();
      }
      Files.writeString(go, "go\n");
      monitor.onExit().join();
      assertThat(temporary).isEmptyDirectory();
    }
  }

  private Path pipe(String name) throws Exception {
    Path pipe = folder.resolve(name);
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }
}
