package dev.ooh.linux.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes that this room lays out are those that a C compiler lays out. */
class LayoutTest {
  /** Fills each structure as the test does, and prints its bytes. */
  private static final String C =
      """
      #define _GNU_SOURCE
      #include <signal.h>
      #include <stdio.h>
      #include <string.h>
      #include <poll.h>
      #include <sys/socket.h>
      #include <sys/time.h>
      #include <sys/uio.h>
      #include <sys/un.h>
      #include <time.h>
      /* As sched_setattr(2) has it; glibc does from 2.41 on. */
      struct ooh_sched_attr {
        unsigned size, policy; unsigned long long flags; int nice; unsigned priority;
        unsigned long long runtime, deadline, period;
      };
      static void print(void *bytes, size_t count) {
        for (size_t i = 0; i < count; i++) printf("%02x", ((unsigned char *) bytes)[i]);
        printf("\\n");
      }
      int main(void) {
        struct iovec vector = {(void *) 0x1122334455667788, 77};
        print(&vector, sizeof vector);
        struct msghdr message = {0};
        message.msg_iov = (void *) 0x1000; message.msg_iovlen = 1;
        message.msg_control = (void *) 0x2000; message.msg_controllen = CMSG_LEN(2 * sizeof(int));
        print(&message, sizeof message);
        _Alignas(8) char control[CMSG_LEN(2 * sizeof(int))] = {0};
        struct cmsghdr *header = (void *) control;
        header->cmsg_len = CMSG_LEN(2 * sizeof(int));
        header->cmsg_level = SOL_SOCKET; header->cmsg_type = SCM_RIGHTS;
        int rights[2] = {33, 44};
        memcpy(CMSG_DATA(header), rights, sizeof rights);
        print(control, sizeof control);
        struct sockaddr_un address = {0};
        address.sun_family = AF_UNIX; strcpy(address.sun_path, "/tmp/s");
        print(&address, sizeof address);
        struct timeval timeval = {7, 8};
        print(&timeval, sizeof timeval);
        struct itimerspec spec = {{0, 0}, {7, 8000}};
        print(&spec, sizeof spec);
        struct sigevent event; memset(&event, 0, sizeof event);
        event.sigev_signo = SIGKILL; event.sigev_notify = SIGEV_SIGNAL;
        print(&event, sizeof event);
        struct pollfd poll[2] = {{0, 0, 0}, {5, POLLIN | POLLRDHUP, 0}};
        print(poll, sizeof poll);
        struct ooh_sched_attr attr = {0};
        attr.size = sizeof attr; attr.runtime = 100000;
        print(&attr, sizeof attr);
        return 0;
      }
      """;

  @TempDir Path folder;

  @Test
  void structuresAreLaidOutAsInC() throws Exception {
    List<String> wanted = compiledAndRun();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vector = arena.allocate(IoVec.BYTES, 8);
      IoVec.set(vector, 0x1122334455667788L, 77);
      MemorySegment control = arena.allocate(CmsgHdr.bytes(2), 8);
      CmsgHdr.setRights(control, 33, 44);
      MemorySegment message = arena.allocate(MsgHdr.BYTES, 8);
      MsgHdr.set(
          message,
          MemorySegment.ofAddress(0x1000),
          MemorySegment.ofAddress(0x2000).reinterpret(CmsgHdr.bytes(2)));
      MemorySegment address = arena.allocate(SockaddrUn.BYTES, 8);
      SockaddrUn.set(address, "/tmp/s".getBytes(StandardCharsets.UTF_8));
      MemorySegment timeval = arena.allocate(Timeval.BYTES, 8);
      Timeval.set(timeval, Duration.ofSeconds(7, 8000));
      MemorySegment spec = arena.allocate(ItimerSpec.BYTES, 8);
      ItimerSpec.setOnce(spec, Duration.ofSeconds(7, 8000));
      MemorySegment event = arena.allocate(SigEvent.BYTES, 8);
      SigEvent.setSignal(event, 9);
      MemorySegment poll = arena.allocate(2 * PollFd.BYTES, 8);
      PollFd.set(poll, 1, 5, PollFd.POLLIN | PollFd.POLLRDHUP);
      MemorySegment attr = arena.allocate(SchedAttr.BYTES, 8);
      SchedAttr.setRuntime(attr, 100_000);
      assertThat(List.of(vector, message, control, address, timeval, spec, event, poll, attr))
          .extracting(LayoutTest::hex)
          .containsExactlyElementsOf(wanted);
    }
  }

  @Test
  void onlyDescriptorsThatCameAreRead() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment control = arena.allocate(CmsgHdr.bytes(2), 8);
      assertThat(CmsgHdr.rights(control, 0)).as("nothing came").isEmpty();
      assertThat(CmsgHdr.rights(control, CmsgHdr.bytes(2))).as("of another kind").isEmpty();
      CmsgHdr.setRights(control, 33);
      assertThat(CmsgHdr.rights(control, CmsgHdr.bytes(1))).containsExactly(33);
      CmsgHdr.setRights(control, 33, 44);
      assertThat(CmsgHdr.rights(control, CmsgHdr.bytes(2))).containsExactly(33, 44);
    }
  }

  private static String hex(MemorySegment segment) {
    return HexFormat.of().formatHex(segment.toArray(ValueLayout.JAVA_BYTE));
  }

  private List<String> compiledAndRun() throws Exception {
    Path source = Files.writeString(folder.resolve("layout.c"), C);
    Path program = folder.resolve("layout");
    try {
      Process compiler =
          new ProcessBuilder("cc", "-o", program.toString(), source.toString()).inheritIO().start();
      assertThat(compiler.waitFor()).as("cc").isZero();
    } catch (IOException e) {
      assumeTrue(false, "no C compiler");
    }
    Process run = new ProcessBuilder(program.toString()).start();
    List<String> lines = run.inputReader(StandardCharsets.UTF_8).lines().toList();
    assertThat(run.waitFor()).isZero();
    return lines;
  }
}
