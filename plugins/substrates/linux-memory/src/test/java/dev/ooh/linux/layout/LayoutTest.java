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
        return 0;
      }
      """;

  /** A unit of its own, as the header has another struct sched_param than the C library. */
  private static final String SCHEDULING_IN_C =
      """
      #include <stdio.h>
      #include <linux/types.h>
      #include <linux/sched/types.h>
      int main(void) {
        struct sched_attr attr = {0};
        attr.size = SCHED_ATTR_SIZE_VER0; attr.sched_policy = 5; attr.sched_runtime = 100000;
        for (int i = 0; i < SCHED_ATTR_SIZE_VER0; i++) printf("%02x", ((unsigned char *) &attr)[i]);
        return 0;
      }
      """;

  @TempDir Path folder;

  @Test
  void structuresAreLaidOutAsInC() throws Exception {
    List<String> wanted = compiledAndRun(C);
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
      assertThat(List.of(vector, message, control, address, timeval, spec, event, poll))
          .extracting(LayoutTest::hex)
          .containsExactlyElementsOf(wanted);
    }
  }

  @Test
  void schedulingIsLaidOutAsInTheKernelsHeader() throws Exception {
    byte[] wanted = HexFormat.of().parseHex(compiledAndRun(SCHEDULING_IN_C).getFirst());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attr = arena.allocate(SchedAttr.BYTES, 8);
      attr.copyFrom(MemorySegment.ofArray(wanted));
      assertThat(SchedAttr.policy(attr)).isEqualTo(5);
      attr.set(ValueLayout.JAVA_INT, 0, 0);
      SchedAttr.setSize(attr);
      SchedAttr.setRuntime(attr, 1);
      SchedAttr.setRuntime(attr, 100_000);
      assertThat(attr.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(wanted);
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

  private List<String> compiledAndRun(String program) throws Exception {
    Path source = Files.writeString(folder.resolve("layout.c"), program);
    Path binary = folder.resolve("layout");
    try {
      Process compiler =
          new ProcessBuilder("cc", "-o", binary.toString(), source.toString()).inheritIO().start();
      assertThat(compiler.waitFor()).as("cc").isZero();
    } catch (IOException e) {
      assumeTrue(false, "no C compiler");
    }
    Process run = new ProcessBuilder(binary.toString()).start();
    List<String> lines = run.inputReader(StandardCharsets.UTF_8).lines().toList();
    assertThat(run.waitFor()).isZero();
    return lines;
  }
}
