package dev.ooh.criu.remote;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/** Passes connections on, one at a time, and breaks them when so many bytes went to the server. */
final class CuttingProxy implements Closeable {
  private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final InetSocketAddress target;
  private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong passed = new AtomicLong();

  CuttingProxy(InetSocketAddress target) throws IOException {
    this.target = target;
    Thread.ofPlatform().daemon().start(this::accept);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  void cutAfter(long bytes) {
    left.set(bytes);
  }

  void cutNoMore() {
    left.set(Long.MAX_VALUE);
  }

  long passed() {
    return passed.get();
  }

  private void accept() {
    while (true) {
      try (Socket client = socket.accept();
          Socket server = new Socket(target.getAddress(), target.getPort())) {
        Thread back = Thread.ofPlatform().daemon().start(() -> answers(server, client));
        requests(client, server);
        server.shutdownOutput();
        back.join();
      } catch (IOException e) {
        if (socket.isClosed()) {
          return;
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void requests(Socket client, Socket server) throws IOException {
    InputStream in = client.getInputStream();
    OutputStream out = server.getOutputStream();
    byte[] buffer = new byte[4096];
    for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
      int most = (int) Math.min(length, left.get());
      out.write(buffer, 0, most);
      passed.addAndGet(most);
      left.addAndGet(-most);
      if (most < length) {
        client.close();
        return;
      }
    }
  }

  private static void answers(Socket server, Socket client) {
    try {
      server.getInputStream().transferTo(client.getOutputStream());
      client.shutdownOutput();
    } catch (IOException e) {
      // one of them is gone
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
