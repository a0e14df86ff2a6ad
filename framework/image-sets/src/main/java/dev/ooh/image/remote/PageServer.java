package dev.ooh.image.remote;

import dev.ooh.image.FileLayer;
import dev.ooh.image.ImageStore;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Takes image sets of our clients and pages of CRIU's, of both versions, into one directory, until
 * it is closed. What a client hasn't completed when its connection ends is removed.
 *
 * <p>Each connection has a thread of its own. Sets of our clients are written one after another; a
 * client that begins one while another is being sent waits.
 */
public final class PageServer implements Closeable {
  /** A client that says nothing for so long is gone, whatever its connection looks like. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final ImageStore store;
  private final ServerSocket socket;
  private final Listener listener;
  private final ReceivedImages received;
  private final ReentrantLock writing = new ReentrantLock();
  private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Is told what comes of connections, by their threads. */
  public interface Listener {
    /** Something is durable now. */
    void received(Path what);

    /** Nothing came of what a client sent. */
    void failed(String why);
  }

  private PageServer(
      ImageStore store, ServerSocket socket, ReceivedImages received, Listener listener) {
    this.store = store;
    this.socket = socket;
    this.received = received;
    this.listener = listener;
  }

  /**
   * Listens on {@code address}, whose port may be 0 for any.
   *
   * @param directory which is made where it isn't there, and has no other writer meanwhile
   * @param incremental whether CRIU's clients are told of what this server received before, so that
   *     they leave pages to that; they must be the same processes then
   * @throws IOException if the directory can't be written to or the address is taken
   */
  public static PageServer open(
      Path directory, InetSocketAddress address, boolean incremental, Listener listener)
      throws IOException {
    ImageStore store = ImageStore.open(directory);
    PageServer server = null;
    try {
      ServerSocket socket = listen(address);
      server =
          new PageServer(
              store,
              socket,
              new ReceivedImages(directory, FileLayer.of(directory), incremental),
              listener);
      server.start(server::accept);
      return server;
    } finally {
      if (server == null) {
        store.close();
      }
    }
  }

  private static ServerSocket listen(InetSocketAddress address) throws IOException {
    ServerSocket socket = new ServerSocket();
    boolean bound = false;
    try {
      socket.bind(address);
      bound = true;
      return socket;
    } catch (IOException e) {
      throw new IOException(
          "%s:%d: %s, wanted an address to listen on"
              .formatted(address.getHostString(), address.getPort(), e.getMessage()),
          e);
    } finally {
      if (!bound) {
        socket.close();
      }
    }
  }

  /** On which it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  private void start(Runnable action) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("page server")
            .unstarted(
                () -> {
                  try {
                    action.run();
                  } finally {
                    threads.remove(Thread.currentThread());
                  }
                });
    threads.add(thread);
    thread.start();
  }

  private void accept() {
    while (!closed) {
      try {
        Socket client = socket.accept();
        clients.add(client);
        start(() -> serve(client));
      } catch (IOException e) {
        if (!closed) {
          listener.failed("no more connections: " + e.getMessage());
        }
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (Connection connection =
        new Connection(client, "client " + client.getRemoteSocketAddress())) {
      connection.patience(PATIENCE);
      byte[] start = connection.readOrEnd(SetRequest.HEADER);
      if (start == null) {
        return; // it only looked whether anybody listens
      }
      if (SetRequest.parse(start, new byte[0]).command() == SetRequest.HELLO) {
        new OwnSession(connection, store, writing, listener).serve(start);
      } else {
        new CriuSession(connection, received, listener).serve(start);
      }
    } catch (IOException e) {
      listener.failed(String.valueOf(e.getMessage()));
    } finally {
      clients.remove(client);
    }
  }

  /** Ends every connection; what is not complete is removed. */
  @Override
  public void close() throws IOException {
    closed = true;
    socket.close();
    for (Socket client : clients) {
      client.close();
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    store.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
