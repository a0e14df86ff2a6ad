package dev.ooh.criu.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.criu.PageServers;
import dev.ooh.image.message.PagemapImage;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.remote.CriuPageServer;
import dev.ooh.image.remote.PageServer;
import dev.ooh.image.remote.RemoteSets;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetDraft;
import dev.ooh.image.store.SetPlace;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Page servers and their clients, both of both versions of CRIU's protocol and ours of our own. */
@Timeout(600)
class PageServerTest {
  private static final int PID = 4711;
  private static final long SEED = 20261130;

  @TempDir private Path directory;
  private final Received received = new Received();

  private PageServer server(Path images, boolean incremental) throws IOException {
    return PageServer.open(
        images, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), incremental, received);
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> !name.equals(".lock"))
          .sorted()
          .toList();
    }
  }

  private static Socket connect(PageServer server) throws IOException {
    return new Socket(server.address().getAddress(), server.address().getPort());
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void takesWhatCriusClientsSend(int protocol) throws Exception {
    Path images = directory.resolve("images");
    try (PageServer server = server(images, true)) {
      try (Socket client = connect(server)) {
        DataInputStream answers = new DataInputStream(client.getInputStream());
        client
            .getOutputStream()
            .write(
                new Transcript(protocol, PID)
                    .parent()
                    .open()
                    .pages(0x10000, 3)
                    .pages(0x7f12_3456_7000L, 1)
                    .close()
                    .toByteArray());
        assertThat(answers.readInt()).as("PARENT").isZero();
        assertThat(answers.readByte()).as("OPEN2").isZero();
        assertThat(answers.readInt()).as("CLOSE").isZero();
        assertThat(names(images))
            .as("durable when it is answered")
            .containsExactly("received-000001");
      }
      try (Socket client = connect(server)) {
        DataInputStream answers = new DataInputStream(client.getInputStream());
        client
            .getOutputStream()
            .write(
                new Transcript(protocol, PID)
                    .parent()
                    .open()
                    .hole(0x10000, 1)
                    .pages(0x11000, 2)
                    .close()
                    .toByteArray());
        assertThat(answers.readInt()).as("PARENT").isEqualTo(0x01000000); // little-endian
        assertThat(answers.readByte()).as("OPEN2").isEqualTo((byte) 1);
        assertThat(answers.readInt()).as("CLOSE").isZero();
      }
    }
    Path first = images.resolve("received-000001");
    assertThat(names(first)).containsExactly("pagemap-4711.img", "pages-1.img");
    PagemapImage pagemap = new PagemapImage(1);
    pagemap.add(0x10000, 0x13000, false);
    pagemap.add(0x7f12_3456_7000L, 0x7f12_3456_8000L, false);
    assertThat(first.resolve("pagemap-4711.img")).hasBinaryContent(pagemap.toByteArray());
    byte[] pages = Files.readAllBytes(first.resolve("pages-1.img"));
    assertThat(pages)
        .hasSize(4 * 4096)
        .startsWith(Transcript.contents(3))
        .endsWith(Transcript.contents(1));
    Path second = images.resolve("received-000002");
    assertThat(Files.readSymbolicLink(second.resolve("parent"))).hasToString("../received-000001");
    assertThat(second.resolve("pages-1.img")).hasBinaryContent(Transcript.contents(2));
  }

  /** Bytes that CRIU itself sent; README.md beside them says how they were recorded. */
  private static byte[] recorded(String version) throws IOException {
    try (InputStream in =
        new GZIPInputStream(
            Objects.requireNonNull(
                PageServerTest.class.getResourceAsStream(
                    "/dev/ooh/criu/real/client-" + version + ".gz")))) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @CsvSource({"4.2, 4, 23205, 4", "4.1.1, 3, 22794, 6"})
  void takesWhatCriuItselfSent(String version, int protocol, int pid, int pages) throws Exception {
    Path images = directory.resolve("images");
    byte[] sent = recorded(version);
    try (PageServer server = server(images, false);
        Socket client = connect(server)) {
      client.getOutputStream().write(sent);
      if (protocol == 3) { // the recording ends before it
        client.getOutputStream().write(new Transcript(protocol, pid).close().toByteArray());
      }
      DataInputStream answers = new DataInputStream(client.getInputStream());
      assertThat(answers.readByte()).as("OPEN2").isZero();
      assertThat(answers.readInt()).as("CLOSE").isZero();
    }
    Path set = images.resolve("received-000001");
    assertThat(names(set)).containsExactly("pagemap-%d.img".formatted(pid), "pages-1.img");
    byte[] received = Files.readAllBytes(set.resolve("pages-1.img"));
    assertThat(received).hasSize(pages * 4096);
    // the first page follows the second request
    int first = 2 * (protocol == 3 ? 24 : 32);
    assertThat(received).startsWith(Arrays.copyOfRange(sent, first, first + 4096));
  }

  @ParameterizedTest
  @ValueSource(strings = {"4.2", "4.1.1"})
  void ofWhatCriuSentInPartNothingStays(String version) throws Exception {
    Path images = directory.resolve("images");
    byte[] sent = recorded(version);
    try (PageServer server = server(images, false)) {
      for (int bytes = 1; bytes < sent.length; bytes += 1 + sent.length / 50) {
        try (Socket client = connect(server)) {
          client.getOutputStream().write(sent, 0, bytes);
        }
        assertThat(received.failures().take()).startsWith("client /127.0.0.1:");
      }
    }
    assertThat(received.durable()).isEmpty();
    assertThat(images).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void refusesWhatMakesNoSenseAndKeepsNothingOfIt(int protocol) throws Exception {
    Path images = directory.resolve("images");
    try (PageServer server = server(images, false)) {
      for (Transcript transcript :
          List.of(
              new Transcript(protocol, PID).open().hole(0x10000, 1).close(),
              new Transcript(protocol, PID).open().pages(0x10001, 1).close(),
              new Transcript(protocol, PID).open().pages(-4096, 1).close(),
              new Transcript(protocol, PID).open().pages(0x10000, 1).open().close(),
              new Transcript(protocol, PID).open().command(7).close(),
              new Transcript(protocol, PID).open().command(99).close(),
              new Transcript(protocol, PID).open().pages(0x10000, 1))) {
        try (Socket client = connect(server)) {
          client.getOutputStream().write(transcript.toByteArray());
          client.shutdownOutput();
          assertThat(client.getInputStream().readAllBytes())
              .as("no answer of 0")
              .hasSizeLessThan(3);
        } catch (IOException e) {
          // it hung up while we wrote
        }
        assertThat(received.failures().take()).startsWith("client /127.0.0.1:");
      }
    }
    assertThat(received.durable()).isEmpty();
    assertThat(Files.exists(images)).as("nothing came of it").isFalse();
  }

  /** A page server that answers as CRIU's does, and keeps what it was sent. */
  private static CompletableFuture<byte[]> recording(ServerSocket socket, boolean parent) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (Socket client = socket.accept()) {
            client.getOutputStream().write(new byte[] {(byte) (parent ? 1 : 0), 0, 0, 0, 0});
            return client.getInputStream().readAllBytes();
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void sendsWhatCriusServerExpects(int protocol) throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ImageStore store = ImageStore.open(directory.resolve("beside"))) {
      SetPlace place =
          new CriuPageServer(store, (InetSocketAddress) socket.getLocalSocketAddress(), protocol);
      CompletableFuture<byte[]> first = recording(socket, false);
      SmallSets sets = new SmallSets(place, PID);
      sets.write(List.of(0x10000L, 0x11000L, 0x15000L), List.of());
      assertThat(first.get())
          .isEqualTo(
              new Transcript(protocol, PID)
                  .open()
                  .pages(0x10000, 2)
                  .pages(0x15000, 1)
                  .close()
                  .toByteArray());
      CompletableFuture<byte[]> second = recording(socket, true);
      sets.write(List.of(0x11000L, 0x12000L), List.of(0x10000L, 0x15000L));
      assertThat(second.get())
          .isEqualTo(
              new Transcript(protocol, PID)
                  .open()
                  .hole(0x10000, 1)
                  .pages(0x11000, 2)
                  .hole(0x15000, 1)
                  .close()
                  .toByteArray());
      CompletableFuture<byte[]> third = recording(socket, false);
      assertThatThrownBy(() -> sets.write(List.of(0x11000L), List.of(0x10000L)))
          .hasMessageContaining("has no parent images for pid 4711");
      assertThat(third.get()).isEqualTo(new Transcript(protocol, PID).open().toByteArray());
      assertThat(names(directory.resolve("beside")))
          .containsExactly("latest", "set-000001", "set-000002");
    }
  }

  /** Which the program stands still for. */
  @Test
  void criusServerIsReachedBeforePagesAreWritten() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ImageStore store = ImageStore.open(directory.resolve("beside"))) {
      SetPlace place =
          new CriuPageServer(store, (InetSocketAddress) socket.getLocalSocketAddress(), 4);
      socket.setSoTimeout(60_000);
      try (SetDraft _ = place.draft();
          Socket client = socket.accept()) {
        assertThat(client.isConnected()).isTrue();
      }
      socket.close();
      assertThatThrownBy(place::draft).isInstanceOf(IOException.class);
      assertThat(names(directory.resolve("beside"))).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void pagesGoThereAndAllElseIsBeside(int protocol) throws Exception {
    Path beside = directory.resolve("beside");
    Path images = directory.resolve("images");
    byte[] contents;
    try (PageServer server = server(images, true);
        PageServers program =
            new PageServers(
                beside, SEED, store -> new CriuPageServer(store, server.address(), protocol))) {
      program.dump();
      program.preDump();
      program.dump();
      contents = program.contents();
    }
    assertThatThrownBy(() -> ImageSet.open(beside))
        .hasMessageContaining("found nothing, wanted it, and the pages, copied here");
    for (int number = 1; number <= 3; number++) {
      PageServers.copyImages(
          images.resolve("received-00000" + number), beside.resolve("set-00000" + number));
    }
    assertThat(ImageSet.open(beside).chainLength()).isEqualTo(3);
    assertThat(PageServers.restored(beside)).isEqualTo(contents);
  }

  @Test
  void ourOwnTakesEverythingAndSaysWhenItIsDurable() throws Exception {
    Path images = directory.resolve("images");
    try (PageServer server = server(images, false)) {
      RemoteSets place = new RemoteSets(server.address());
      try (PageServers program =
          new PageServers(directory.resolve("nothing"), SEED, store -> place)) {
        program.dump();
        program.preDump();
        assertThat(program.dump().set()).hasToString("set-000003");
        assertThat(names(images))
            .containsExactly("latest", "set-000001", "set-000002", "set-000003");
        assertThat(ImageSet.open(images).chainLength()).isEqualTo(3);
        assertThat(PageServers.restored(images)).isEqualTo(program.contents());
        program.preDump();
        assertThat(names(images)).contains("set-000004");
      } // nothing builds on the last one
      assertThat(names(images)).doesNotContain("set-000004");
      assertThatThrownBy(() -> place.remove(Path.of("set-000017")))
          .hasMessageContaining("found no set 'set-000017'");
    }
    assertThat(names(directory)).containsExactly("images");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3", "4", "ooh"})
  void aBrokenConnectionLosesNothing(String protocol) throws Exception {
    Path images = directory.resolve("images");
    Path beside = directory.resolve("beside");
    try (PageServer server = server(images, true);
        CuttingProxy proxy = new CuttingProxy(server.address())) {
      Function<ImageStore, SetPlace> place =
          store ->
              protocol.equals("ooh")
                  ? new RemoteSets(proxy.address())
                  : new CriuPageServer(store, proxy.address(), Integer.parseInt(protocol));
      try (PageServers program = new PageServers(beside, SEED, place)) {
        program.dump();
        int cuts = 0;
        for (long cut = 0; cuts == 0 || cut < proxy.passed(); cut = 2 * cut + 11) {
          long before = proxy.passed();
          proxy.cutAfter(cut);
          try {
            program.dump();
          } catch (IOException e) {
            assertThat(proxy.passed() - before).isLessThanOrEqualTo(cut);
            cuts++;
          }
          proxy.cutNoMore();
          program.dump();
          if (protocol.equals("ooh")) {
            assertThat(PageServers.restored(images))
                .as("cut after %d", cut)
                .isEqualTo(program.contents());
          }
        }
        assertThat(cuts).isGreaterThan(5);
        byte[] contents = program.contents();
        if (!protocol.equals("ooh")) {
          for (Path set : received.durable()) {
            PageServers.copyImages(
                set, beside.resolve(set.getFileName().toString().replace("received", "set")));
          }
          assertThat(PageServers.restored(beside)).isEqualTo(contents);
        }
      }
    }
    assertThat(names(images)).noneMatch(name -> name.startsWith("."));
  }

  @Test
  void aPeerThatSpeaksAnotherProtocolIsRefusedWithAHint() throws Exception {
    try (ServerSocket criu = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> hangsUp =
          CompletableFuture.runAsync(
              () -> {
                try (Socket client = criu.accept()) {
                  client.getInputStream().readNBytes(24);
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      RemoteSets place = new RemoteSets((InetSocketAddress) criu.getLocalSocketAddress());
      assertThatThrownBy(place::draft).hasMessageContaining("--page-server-protocol 3 or 4");
      hangsUp.get();
    }
    InetSocketAddress gone;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      gone = (InetSocketAddress) closed.getLocalSocketAddress();
    }
    assertThatThrownBy(new RemoteSets(gone)::draft)
        .hasMessageMatching("page server localhost:\\d+: .*, wanted one that listens");
  }

  @Test
  void namesThatLeadOutOfTheDirectoryAreRefused() throws Exception {
    Path images = directory.resolve("images");
    try (PageServer server = server(images, false)) {
      for (String name : List.of("../evil", "/tmp/evil", ".hidden", "", "a/b")) {
        assertThatThrownBy(
                () -> {
                  try (var draft = new RemoteSets(server.address()).draft()) {
                    draft.create(name).force();
                    draft.publish(false);
                  }
                })
            .hasMessageContaining("wanted a name of letters");
      }
    }
    assertThat(names(directory)).isEmpty();
  }
}
