package dev.ooh.linux.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes through a socket of the Unix domain, and what comes out. */
@Timeout(60)
class UnixSocketTest {
  @TempDir Path folder;

  private static Path behind(int fd) throws Exception {
    return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd));
  }

  /** Of an open file; proc_pid_fdinfo(5). */
  private static long flags(int fd) throws Exception {
    return Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd)).stream()
        .filter(line -> line.startsWith("flags:"))
        .mapToLong(line -> Long.parseLong(line.substring("flags:".length()).strip(), 8))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void twoDescriptorsArriveInTheirOrder() throws Exception {
    UnixSocket.Pair pair = UnixSocket.pair();
    try (LinuxCalls calls = new LinuxCalls();
        UnixSocket one = pair.one();
        UnixSocket other = pair.other()) {
      int first = calls.memfdCreate("first");
      int second = calls.memfdCreate("second");
      one.sendDescriptors(first, second);
      int[] received = Objects.requireNonNull(other.receiveDescriptors());
      assertThat(received).hasSize(2).doesNotContain(first, second);
      assertThat(behind(received[0])).isEqualTo(behind(first));
      assertThat(behind(received[1])).isEqualTo(behind(second));
      for (int fd : new int[] {first, second, received[0], received[1]}) {
        calls.closeDescriptor(fd);
      }
    }
  }

  @Test
  void aByteWithoutDescriptorsBringsNone() throws Exception {
    UnixSocket.Pair pair = UnixSocket.pair();
    try (Arena arena = Arena.ofConfined();
        UnixSocket one = pair.one();
        UnixSocket other = pair.other()) {
      one.send(arena.allocate(1));
      assertThat(other.receiveDescriptors()).isEmpty();
      one.close();
      assertThat(other.receiveDescriptors()).as("the peer is gone").isNull();
    }
  }

  @Test
  void aPathOfTheGreatestLengthIsBoundAndConnectedTo() throws Exception {
    String name = "s".repeat(107 - folder.toString().length() - 1);
    String path = folder.resolve(name).toString();
    try (Arena arena = Arena.ofConfined();
        UnixSocket.Listener listener = new UnixSocket.Listener(path);
        UnixSocket client = UnixSocket.connect(path);
        UnixSocket server = listener.accept(Duration.ofSeconds(30))) {
      assertThat(Path.of(path)).exists();
      assertThat(flags(server.fd()) & 02000000).as("O_CLOEXEC").isNotZero();
      client.send(arena.allocateFrom(ValueLayout.JAVA_INT, 42));
      MemorySegment received = arena.allocate(ValueLayout.JAVA_INT);
      assertThat(server.receive(received)).isTrue();
      assertThat(received.get(ValueLayout.JAVA_INT, 0)).isEqualTo(42);
    }
  }
}
