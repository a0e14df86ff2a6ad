package dev.ooh.image.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.file.DiskFiles;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetDraft;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of files that are not whole: where closing publishes one, it must not be closed. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OwnSessionTest {
  @TempDir private Path directory;
  private final Noted files = new Noted();
  private final ReentrantLock writing = new ReentrantLock();

  private static final PageServer.Listener NOBODY =
      new PageServer.Listener() {
        @Override
        public void received(Path what) {}

        @Override
        public void failed(String why) {}
      };

  /** Notes how files end. */
  private static final class Noted extends DiskFiles {
    private final List<String> closed = new ArrayList<>();
    private final List<String> abandoned = new ArrayList<>();
    private boolean syncs = true;
    private boolean gives = true;

    @Override
    public Output create(Path file) throws IOException {
      Output out = super.create(file);
      String name = file.getFileName().toString();
      return new Output() {
        @Override
        public void write(ByteBuffer bytes) throws IOException {
          out.write(bytes);
        }

        @Override
        public void force() throws IOException {
          if (!syncs) {
            throw new IOException("the disk is broken");
          }
          out.force();
        }

        @Override
        public void close() throws IOException {
          closed.add(name);
          out.close();
        }

        @Override
        public void abandon() throws IOException {
          abandoned.add(name);
          out.abandon();
          if (!gives) {
            throw new IOException("no answer about " + name);
          }
        }
      };
    }
  }

  @FunctionalInterface
  private interface Client {
    void talk(SetDraft draft) throws Exception;
  }

  /** Serves one client, by a thread that has ended when this returns; what went wrong with it. */
  private IOException serve(Client client) throws Exception {
    try (ImageStore store = ImageStore.open(directory.resolve("images"), files);
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ExecutorService thread = Executors.newSingleThreadExecutor()) {
      files.closed.clear();
      Future<IOException> failure = thread.submit(() -> serve(store, socket));
      InetSocketAddress address = (InetSocketAddress) socket.getLocalSocketAddress();
      try (SetDraft draft = new RemoteSets(address).draft()) {
        client.talk(draft);
      }
      return failure.get();
    }
  }

  private IOException serve(ImageStore store, ServerSocket socket) throws IOException {
    try (Socket client = socket.accept();
        Connection connection = new Connection(client, "a client")) {
      byte[] hello = connection.read(SetRequest.HEADER);
      new OwnSession(connection, store, writing, ServerLimits.USUAL, NOBODY).serve(hello);
      return new IOException("nothing went wrong");
    } catch (IOException e) {
      return e;
    } finally {
      assertThat(writing.isLocked()).isFalse();
    }
  }

  private static void begin(SetDraft draft, String name) throws IOException {
    FileLayer.Output file = draft.create(name);
    file.write(ByteBuffer.wrap(new byte[200_000])); // more than a connection keeps back
  }

  @Test
  void halfAFileOfWhoHangsUpIsAbandoned() throws Exception {
    IOException failure =
        serve(
            draft -> {
              begin(draft, "a");
              begin(draft, "b");
            });
    assertThat(failure).hasMessageContaining("it hung up before its set was complete");
    assertThat(files.abandoned).containsExactlyInAnyOrder("a", "b");
    assertThat(files.closed).isEmpty();
  }

  @Test
  void aFileThatIsNotDurableIsAbandoned() throws Exception {
    files.syncs = false;
    IOException failure =
        serve(
            draft -> {
              FileLayer.Output file = draft.create("a");
              file.write(ByteBuffer.wrap(new byte[5000]));
              file.force();
              assertThatThrownBy(() -> draft.publish(true))
                  .hasMessageContaining("the disk is broken");
            });
    assertThat(failure).hasMessage("the disk is broken");
    assertThat(files.abandoned).containsExactly("a");
    assertThat(files.closed).isEmpty();
  }

  @Test
  void oneThatCannotBeGivenUpDoesNotKeepTheOthers() throws Exception {
    files.gives = false;
    IOException failure =
        serve(
            draft -> {
              begin(draft, "a");
              begin(draft, "b");
            });
    assertThat(failure).hasMessageContaining("it hung up before its set was complete");
    assertThat(failure.getSuppressed()).hasSize(1);
    assertThat(files.abandoned).containsExactlyInAnyOrder("a", "b");
    assertThat(directory.resolve("images")).as("nothing was left in it").doesNotExist();
  }
}
