package dev.ooh.image.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessesTest {
  @TempDir private Path proc;

  private void process(long pid, long start) throws IOException {
    String between = " 0".repeat(22 - 4);
    Files.writeString(
        Files.createDirectories(proc.resolve("" + pid)).resolve("stat"),
        "%d (a ) b) S%s %d 4096 7\n".formatted(pid, between, start));
  }

  private void mounts(String options) throws IOException {
    Files.writeString(
        Files.createDirectories(proc.resolve("self")).resolve("mountinfo"),
        "23 28 0:22 / /proc rw,nosuid - proc proc rw%s\n".formatted(options));
  }

  @Test
  void oneIsGoneWhenNoneOfItsNumberStartedThen() throws Exception {
    mounts("");
    process(1, 3);
    process(4711, 179112);
    Processes processes = new Processes(proc);
    assertThat(processes.start(4711)).hasValue(179112);
    assertThat(processes.isGone(4711, 179112)).isFalse();
    assertThat(processes.isGone(4711, 5)).isTrue();
    assertThat(processes.isGone(4712, 5)).isTrue();
  }

  @Test
  void nobodyIsKnownToBeGoneWhereOthersAreHidden() throws Exception {
    mounts("");
    assertThat(new Processes(proc).isGone(4712, 5)).as("no process 1").isFalse();
    process(1, 3);
    mounts(",hidepid=invisible");
    assertThat(new Processes(proc).isGone(4712, 5)).isFalse();
  }

  @Test
  void thisOneIsThere() {
    long pid = ProcessHandle.current().pid();
    assertThat(Processes.HERE.machine()).isPresent();
    assertThat(Processes.HERE.isGone(pid, Processes.HERE.start(pid).orElseThrow())).isFalse();
  }
}
