package dev.ooh.image.remote;

import dev.ooh.image.file.FileLayers;
import dev.ooh.image.store.ImageStore;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Takes image sets of our clients and pages of CRIU's, of both versions, into one directory, until
 * it is closed. What a client hasn't completed when its connection ends is removed.
 *
 * <p>Each connection has a thread of its own, of 64 at most; more are closed at once. Sets of our
 * clients are written one after another; a client that begins one while another is being sent waits
 * for a minute, and is told then.
 */
public final class PageServer implements Closeable {
  /** From a connection that could not be taken to the next try. */
  private static final long PAUSE_MILLIS = 100;

  private final ImageStore store;
  private final ServerSocket socket;
  private final Listener listener;
  private final ReceivedImages received;
  private final ReentrantLock writing = new ReentrantLock();
  private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final ServerLimits limits;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread accepting;

  /** Is told what comes of connections, by their threads. */
  public interface Listener {
    /** Something is durable now, and the client was told so, if it could be. */
    void received(Path what);

    /** Nothing came of what a client sent. */
    void failed(String why);
  }

  private PageServer(
      ImageStore store,
      ServerSocket socket,
      ReceivedImages received,
      Listener listener,
      ServerLimits limits) {
    this.store = store;
    this.socket = socket;
    this.received = received;
    this.listener = listener;
    this.limits = limits;
    accepting = thread(this::accept);
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
    return open(directory, new ServerSocket(), address, incremental, listener, ServerLimits.USUAL);
  }

  /**
   * @param socket that is not bound yet
   */
  static PageServer open(
      Path directory,
      ServerSocket socket,
      InetSocketAddress address,
      boolean incremental,
      Listener listener,
      ServerLimits limits)
      throws IOException {
    ImageStore store = ImageStore.open(directory);
    boolean opened = false;
    try {
      listen(socket, address);
      PageServer server =
          new PageServer(
              store,
              socket,
              new ReceivedImages(directory, FileLayers.of(directory), incremental),
              listener,
              limits);
      server.accepting.start();
      opened = true;
      return server;
    } finally {
      if (!opened) {
        socket.close();
        store.close();
      }
    }
  }

  private static void listen(ServerSocket socket, InetSocketAddress address) throws IOException {
    boolean bound = false;
    try {
      socket.bind(address);
      bound = true;
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

  private static Thread thread(Runnable action) {
    return Thread.ofPlatform().daemon().name("page server").unstarted(action);
  }

  private void start(Socket client) {
    Thread thread =
        thread(
            () -> {
              try {
                serve(client);
              } finally {
                threads.remove(Thread.currentThread());
              }
            });
    threads.add(thread);
    boolean started = false;
    try {
      thread.start();
      started = true;
    } finally {
      if (!started) {
        threads.remove(thread);
      }
    }
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  /** Whatever happens, for others will come: it may be the fault of those who are there. */
  private void accept() {
    while (!isClosing()) {
      try {
        take(socket.accept());
      } catch (IOException | RuntimeException | Error e) {
        if (!isClosing()) {
          listener.failed("a connection could not be taken: " + text(e));
          pause();
        }
      }
    }
  }

  private static String text(Throwable e) {
    return e instanceof IOException ? String.valueOf(e.getMessage()) : e.toString();
  }

  /** Ends early when this is closed. */
  private void pause() {
    try {
      boolean _ = closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      // nobody interrupts it but to end a wait
    }
  }

  private void take(Socket client) throws IOException {
    boolean taken = false;
    try {
      if (clients.size() >= limits.connections()) {
        throw new IOException(
            "client %s: found %d connections, wanted fewer"
                .formatted(client.getRemoteSocketAddress(), clients.size()));
      }
      clients.add(client);
      start(client);
      taken = true;
    } finally {
      if (!taken) {
        clients.remove(client);
        client.close();
      }
    }
  }

  private void serve(Socket client) {
    String name = "client " + client.getRemoteSocketAddress();
    try (client;
        Connection connection = new Connection(client, name)) {
      connection.patience(limits.patience());
      byte[] start = connection.readOrEnd(SetRequest.HEADER);
      if (start == null) {
        return; // it only looked whether anybody listens
      }
      if (SetRequest.parse(start, new byte[0]).command() == SetRequest.HELLO) {
        new OwnSession(connection, store, writing, limits, listener).serve(start);
      } else {
        new CriuSession(connection, received, listener).serve(start);
      }
    } catch (IOException e) {
      listener.failed(text(e));
    } catch (RuntimeException | Error e) {
      listener.failed(name + ": " + text(e));
    } finally {
      clients.remove(client);
    }
  }

  /** Ends every connection; what is not complete is removed. */
  @Override
  public void close() throws IOException {
    closing.countDown();
    socket.close();
    boolean interrupted = join(accepting); // no connection is added from here on
    for (Socket client : clients) {
      client.close();
    }
    for (Thread thread : threads) {
      interrupted |= join(thread);
    }
    store.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns whether the calling thread was interrupted meanwhile. */
  private static boolean join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        return interrupted;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }
}
