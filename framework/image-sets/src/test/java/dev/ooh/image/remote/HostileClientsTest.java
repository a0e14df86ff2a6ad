package dev.ooh.image.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.SetDescription;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.SetDraft;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.ImageSetWriter;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that break down, or want to do harm, leave the server and the other clients alone. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileClientsTest {
  private static final int PID = 4711;
  private static final int SOON_MILLIS = 30_000;
  private static final long DESTINATION = PageServerIov.destination(PageServerIov.TYPE_PID, PID);

  private static final ServerLimits LIMITS =
      new ServerLimits(3, 4, Duration.ofMinutes(1), Duration.ofMinutes(1));

  @TempDir private Path directory;
  private final BlockingQueue<Path> durable = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> failures = new LinkedBlockingQueue<>();

  private final PageServer.Listener listener =
      new PageServer.Listener() {
        @Override
        public void received(Path what) {
          durable.add(what);
        }

        @Override
        public void failed(String why) {
          failures.add(why);
        }
      };

  private PageServer server(ServerSocket socket, PageServer.Listener told) throws IOException {
    return server(socket, told, LIMITS);
  }

  private PageServer server(ServerSocket socket, PageServer.Listener told, ServerLimits limits)
      throws IOException {
    return PageServer.open(
        directory.resolve("images"),
        socket,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        false,
        told,
        limits);
  }

  private PageServer server() throws IOException {
    return server(new ServerSocket(), listener);
  }

  private static Socket connect(PageServer server) throws IOException {
    Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
    socket.setSoTimeout(SOON_MILLIS);
    return socket;
  }

  private static WrittenSet send(PageServer server, Optional<WrittenSet> parent)
      throws IOException {
    try (ImageSetWriter writer =
        new ImageSetWriter(new RemoteSets(server.address()), PID, parent)) {
      PageSet all = PageSet.of(0x10000, 0x12000);
      writer.pages(
          all,
          parent.isPresent() ? PageSet.of(0x10000, 0x11000) : PageSet.empty(),
          (address, target, offset, length) -> {},
          written -> {});
      return writer.finish(
          new SetDescription(
              true, "small", "", "toy", "none", 0, List.of(new Region("r", 0x10000, 0x2000))),
          new DumpStatsEntry(0, 0, 0, 0, 0, 0, 0));
    }
  }

  /** Connections beyond the first ones are made by {@code accepted}. */
  private static ServerSocket failing(IntFunction<@Nullable Socket> accepted) throws IOException {
    AtomicInteger count = new AtomicInteger();
    return new ServerSocket() {
      @Override
      public Socket accept() throws IOException {
        Socket special = accepted.apply(count.getAndIncrement());
        if (special == null) {
          return super.accept();
        }
        implAccept(special);
        return special;
      }
    };
  }

  @Test
  void aConnectionThatCannotBeTakenIsNotTheLast() throws Exception {
    AtomicInteger count = new AtomicInteger();
    ServerSocket socket =
        new ServerSocket() {
          @Override
          public Socket accept() throws IOException {
            switch (count.getAndIncrement()) {
              case 0 -> throw new IOException("Too many open files");
              case 1 -> throw new OutOfMemoryError("a test's");
              default -> {
                return super.accept();
              }
            }
          }
        };
    try (PageServer server = server(socket, listener)) {
      WrittenSet _ = send(server, Optional.empty());
      assertThat(failures.take()).endsWith("could not be taken: Too many open files");
      assertThat(failures.take()).contains("OutOfMemoryError");
    }
    assertThat(durable).hasSize(1);
  }

  @Test
  void whatGoesWrongInAConnectionIsTold() throws Exception {
    ServerSocket socket =
        failing(
            count ->
                count > 0
                    ? null
                    : new Socket() {
                      @Override
                      public InputStream getInputStream() {
                        throw new IllegalStateException("a test's");
                      }
                    });
    try (PageServer server = server(socket, listener)) {
      try (Socket client = connect(server)) {
        assertThat(client.getInputStream().read()).as("it is closed").isEqualTo(-1);
      }
      assertThat(failures.poll(SOON_MILLIS, TimeUnit.MILLISECONDS))
          .contains("client /127.0.0.1:")
          .contains("a test's");
      WrittenSet _ = send(server, Optional.empty());
    }
  }

  @Test
  void idleConnectionsAreBoundedAndGoAgain() throws Exception {
    try (PageServer server = server()) {
      try (Socket first = connect(server);
          Socket second = connect(server);
          Socket third = connect(server);
          Socket fourth = connect(server)) {
        assertThat(fourth.getInputStream().read()).as("it is closed").isEqualTo(-1);
        assertThat(failures.take()).endsWith("found 3 connections, wanted fewer");
      }
      int _ = awaitRoom(server);
    }
    assertThat(durable).hasSize(1);
  }

  /** Their threads may not have noticed yet. */
  private static int awaitRoom(PageServer server) {
    for (int tries = 1; ; tries++) {
      try {
        WrittenSet _ = send(server, Optional.empty());
        return tries;
      } catch (IOException e) {
        // until the test times out
      }
    }
  }

  @Test
  void filesWithoutAnEndAreBounded() throws Exception {
    try (PageServer server = server();
        SetDraft draft = new RemoteSets(server.address()).draft()) {
      for (int i = 0; i <= LIMITS.openFiles(); i++) {
        FileLayer.Output _ = draft.create("file-" + i);
      }
      assertThatThrownBy(() -> draft.publish(false))
          .hasMessageContaining("found 4 files without an end, wanted fewer");
    }
  }

  @Test
  void whoComesWhileASetIsBeingSentIsToldSo() throws Exception {
    ServerLimits impatient = new ServerLimits(3, 4, Duration.ofMinutes(1), Duration.ZERO);
    try (PageServer server = server(new ServerSocket(), listener, impatient)) {
      try (SetDraft _ = new RemoteSets(server.address()).draft()) {
        assertThatThrownBy(() -> send(server, Optional.empty()))
            .hasMessageContaining("another set is being sent");
      }
    }
  }

  @Test
  void aServerThatSaysNothingIsNotWaitedForForEver() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      RemoteSets place =
          new RemoteSets((InetSocketAddress) mute.getLocalSocketAddress(), Duration.ofMillis(50));
      assertThatThrownBy(place::draft).hasMessageContaining("nothing came for 0 s");
    }
  }

  /** Nor is one that answers and stops reading, once no buffer on the way takes more. */
  @Test
  void aServerThatStopsReadingIsNotWaitedForForEver() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket towards = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket from = server.accept();
        Connection connection = new Connection(towards, "a server")) {
      connection.patience(Duration.ofMillis(50));
      from.getOutputStream().write(1);
      assertThat(connection.read(1)).containsExactly(1);
      assertThatThrownBy(
              () -> {
                while (true) {
                  connection.write(new byte[1 << 20]);
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessage("a server: it took nothing of what was sent for 0 s");
    }
  }

  /** Tells what happened to who waits until the client has its answer. */
  private final class Late implements PageServer.Listener {
    final CountDownLatch answered = new CountDownLatch(1);
    final BlockingQueue<Boolean> inTime = new LinkedBlockingQueue<>();

    @Override
    public void received(Path what) {
      try {
        inTime.add(answered.await(SOON_MILLIS / 3, TimeUnit.MILLISECONDS));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void failed(String why) {
      failures.add(why);
    }
  }

  @Test
  void ourClientHasItsAnswerBeforeAnybodyIsTold() throws Exception {
    Late late = new Late();
    try (PageServer server = server(new ServerSocket(), late)) {
      WrittenSet _ = send(server, Optional.empty());
      late.answered.countDown();
      assertThat(late.inTime.take()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void criusClientHasItsAnswerBeforeAnybodyIsTold(PageServerIov.Version version) throws Exception {
    Late late = new Late();
    try (PageServer server = server(new ServerSocket(), late);
        Socket client = connect(server)) {
      client
          .getOutputStream()
          .write(
              requests(
                  version,
                  PageServerIov.request(PageServerIov.OPEN, DESTINATION),
                  PageServerIov.request(PageServerIov.CLOSE, 0)));
      assertThat(client.getInputStream().readNBytes(4)).containsOnly(0);
      late.answered.countDown();
      assertThat(late.inTime.take()).isTrue();
    }
  }

  @Test
  void theEndOfTheServerIsNoFailureOfWhoHasItsAnswer() throws Exception {
    PageServer server = server();
    WrittenSet first = send(server, Optional.empty());
    try (server;
        Socket client = connect(server);
        SetDraft draft = new RemoteSets(server.address()).draft()) {
      client
          .getOutputStream()
          .write(
              requests(
                  PageServerIov.Version.FROM_4_2,
                  PageServerIov.request(PageServerIov.OPEN, DESTINATION),
                  PageServerIov.request(PageServerIov.CLOSE, 0)));
      assertThat(client.getInputStream().readNBytes(4)).containsOnly(0);
      try (Stream<Path> files = Files.list(directory.resolve("images").resolve(first.path()))) {
        for (Path file : files.toList()) {
          try (FileLayer.Output copy = draft.create(file.getFileName().toString())) {
            copy.write(ByteBuffer.wrap(Files.readAllBytes(file)));
            copy.force();
          }
        }
      }
      assertThat(draft.publish(false)).hasToString("set-000002");
      server.close();
    }
    assertThat(failures).isEmpty();
    assertThat(durable).hasSize(3);
  }

  private static byte[] requests(PageServerIov.Version version, PageServerIov... requests) {
    ByteBuffer bytes = ByteBuffer.allocate(requests.length * version.bytes);
    for (PageServerIov request : requests) {
      bytes.put(request.toBytes(version));
    }
    return bytes.array();
  }

  @ParameterizedTest
  @ValueSource(ints = {PageServerIov.CLOSE, PageServerIov.FORCE_CLOSE})
  void aDumpThatFailsAtOnceIsAnsweredWhateverItsVersion(int closing) throws Exception {
    try (PageServer server = server()) {
      for (PageServerIov.Version version : PageServerIov.Version.values()) {
        try (Socket client = connect(server)) {
          client.getOutputStream().write(requests(version, PageServerIov.request(closing, 0)));
          assertThat(client.getInputStream().readNBytes(4)).as("%s", version).containsOnly(0);
          client.shutdownOutput();
          assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
      }
    }
    assertThat(failures).isEmpty();
    assertThat(durable).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {0x10000, 0xf000, 0x11000})
  void pagesThatComeTwiceOrNotInOrderAreRefused(long second) throws Exception {
    byte[] page = new byte[PageSet.PAGE_SIZE];
    PageServerIov.Version version = PageServerIov.Version.FROM_4_2;
    try (PageServer server = server();
        Socket client = connect(server)) {
      ByteBuffer bytes = ByteBuffer.allocate(8 * PageSet.PAGE_SIZE);
      bytes.put(requests(version, PageServerIov.request(PageServerIov.OPEN, DESTINATION)));
      bytes.put(
          requests(version, new PageServerIov(PageServerIov.ADD, 0, 2, 0x10000, DESTINATION)));
      bytes.put(page).put(page);
      bytes.put(requests(version, new PageServerIov(PageServerIov.ADD, 0, 1, second, DESTINATION)));
      bytes.put(page);
      bytes.put(requests(version, PageServerIov.request(PageServerIov.CLOSE, 0)));
      client.getOutputStream().write(bytes.array(), 0, bytes.position());
      client.shutdownOutput();
      assertThat(failures.poll(SOON_MILLIS, TimeUnit.MILLISECONDS))
          .contains("wanted each once, ascending");
    }
    assertThat(durable).isEmpty();
  }

  @Test
  void whatOthersNeedIsNotRemoved() throws Exception {
    Path images = directory.resolve("images");
    try (PageServer server = server()) {
      RemoteSets place = new RemoteSets(server.address());
      WrittenSet first = send(server, Optional.empty());
      WrittenSet second = send(server, Optional.of(first));
      assertThatThrownBy(() -> place.remove(Path.of("set-000001")))
          .hasMessageContaining("found set-000001 to remove, which set-000002 builds on");
      assertThatThrownBy(() -> place.remove(second.path()))
          .hasMessageContaining("found set-000002 to remove, which is the latest");
    }
    assertThat(ImageSet.open(images).chainLength()).isEqualTo(2);
  }

  @Test
  void whatNobodyCanReadIsNotTheLatest() throws Exception {
    Path images = directory.resolve("images");
    try (PageServer server = server()) {
      WrittenSet whole = send(server, Optional.empty());
      byte[] manifest = Files.readAllBytes(images.resolve("set-000001").resolve("ooh.img"));
      assertPublishRefused(server, new byte[0], "ooh.img at offset 0");
      assertPublishRefused(server, new byte[1000], "ooh.img at offset 0");
      assertPublishRefused(server, manifest, "found nothing of ");
      assertThat(images.resolve("latest").toRealPath().getFileName())
          .isEqualTo(whole.path().getFileName());
      try (SetDraft draft = new RemoteSets(server.address()).draft()) {
        FileLayer.Output _ = draft.create("parent");
        assertThatThrownBy(() -> draft.publish(false))
            .hasMessageContaining("found a file 'parent', wanted that said by PARENT");
      }
    }
  }

  private static void assertPublishRefused(PageServer server, byte[] manifest, String why)
      throws IOException {
    try (SetDraft draft = new RemoteSets(server.address()).draft()) {
      try (FileLayer.Output file = draft.create("ooh.img")) {
        file.write(ByteBuffer.wrap(manifest));
        file.force();
      }
      assertThatThrownBy(() -> draft.publish(true)).hasMessageContaining(why);
    }
  }
}
