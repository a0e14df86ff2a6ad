package dev.ooh.linux.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.LinuxCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PageSaverTest {
  private static String behind(int fd) throws IOException {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** The monitor's other sessions go on. */
  @Test
  void moreMemoryThanTheMonitorHasRoomForIsRefused() throws Exception {
    try (LinuxCalls calls = new LinuxCalls()) {
      int memory = calls.memfdCreate("memory");
      int buffer = calls.memfdCreate("buffer");
      PageSaver saver = new PageSaver(-1, new FaultLog(16));
      assertThatThrownBy(() -> saver.prepare(new long[] {0, 1L << 46}, 1, memory, buffer))
          .isInstanceOfSatisfying(
              CallException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOMEM));
      assertThat(behind(memory)).doesNotContain("memfd:memory");
      assertThat(behind(buffer)).doesNotContain("memfd:buffer");
    }
  }
}
