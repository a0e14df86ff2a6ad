package dev.ooh.image.remote;

import dev.ooh.image.file.FileLayer;
import dev.ooh.image.store.SetDraft;
import dev.ooh.image.store.SetPlace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Sets that go to a page server of ours with all their files, each by a connection of its own. A
 * set that was published is durable there. Paths are the names of sets there. For one thread.
 */
public final class RemoteSets implements SetPlace {
  private static final int LONGEST_TEXT = 1 << 16;

  /** Longer than a server waits for another set's end, and than a slow disk takes. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final InetSocketAddress address;
  private final Duration patience;

  public RemoteSets(InetSocketAddress address) {
    this(address, PATIENCE);
  }

  RemoteSets(InetSocketAddress address, Duration patience) {
    this.address = address;
    this.patience = patience;
  }

  @Override
  public SetDraft draft() throws IOException {
    Connection server = connect();
    boolean begun = false;
    try {
      server.write(SetRequest.of(SetRequest.BEGIN).toBytes());
      String _ = answer(server);
      begun = true;
      return new Draft(server);
    } finally {
      if (!begun) {
        server.close();
      }
    }
  }

  @Override
  public void remove(Path set) throws IOException {
    try (Connection server = connect()) {
      server.write(new SetRequest(SetRequest.REMOVE, set.getFileName().toString(), 0).toBytes());
      String _ = answer(server);
    }
  }

  private Connection connect() throws IOException {
    Connection server = Connection.to(address);
    boolean greeted = false;
    try {
      server.patience(patience);
      server.write(new SetRequest(SetRequest.HELLO, "", SetRequest.VERSION).toBytes());
      greeted = true;
      return server;
    } finally {
      if (!greeted) {
        server.close();
      }
    }
  }

  private static String answer(Connection server) throws IOException {
    server.flush();
    int done;
    int length;
    try {
      done = server.readInt();
      length = server.readInt();
    } catch (IOException e) {
      throw new IOException(
          e.getMessage() + "; a page server of CRIU wants --page-server-protocol 3 or 4", e);
    }
    if (done < 0 || done > 1 || length < 0 || length > LONGEST_TEXT) {
      throw new IOException(
          "%s: answer %d of %d bytes, wanted one of ours".formatted(server.peer(), done, length));
    }
    String text = new String(server.read(length), StandardCharsets.UTF_8);
    if (done == 0) {
      throw new IOException(server.peer() + ": " + text);
    }
    return text;
  }

  private static final class Draft implements SetDraft {
    private final Connection server;

    Draft(Connection server) {
      this.server = server;
    }

    @Override
    public FileLayer.Output create(String name) throws IOException {
      server.write(new SetRequest(SetRequest.FILE, name, 0).toBytes());
      return new RemoteFile(server, name);
    }

    @Override
    public void parent(Path parent) throws IOException {
      server.write(new SetRequest(SetRequest.PARENT, parent.getFileName().toString(), 0).toBytes());
    }

    @Override
    public Path publish(boolean newest) throws IOException {
      server.write(new SetRequest(SetRequest.PUBLISH, "", newest ? 1 : 0).toBytes());
      return Path.of(answer(server));
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  /** Its end is told once; that it is durable is learnt of the whole set. */
  private static final class RemoteFile implements FileLayer.Output {
    private final Connection server;
    private final String name;
    private boolean ended;

    RemoteFile(Connection server, String name) {
      this.server = server;
      this.name = name;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      byte[] chunk = new byte[bytes.remaining()];
      bytes.get(chunk);
      server.write(new SetRequest(SetRequest.CONTENTS, name, chunk.length).toBytes());
      server.write(chunk);
    }

    @Override
    public void force() throws IOException {
      ended = true;
      server.write(new SetRequest(SetRequest.END, name, 0).toBytes());
    }

    @Override
    public void close() throws IOException {
      if (!ended) {
        server.close(); // half a file: so nothing comes of the set
      }
    }
  }
}
