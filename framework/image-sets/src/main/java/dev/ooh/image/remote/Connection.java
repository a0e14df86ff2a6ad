package dev.ooh.image.remote;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A TCP connection, each failure of which names the other side. For one thread. */
final class Connection implements Closeable {
  private static final int BUFFER = 1 << 17;
  private static final int CONNECT_MILLIS = 10_000;

  private final Socket socket;
  private final String peer;
  private final InputStream in;
  private final OutputStream out;
  private @Nullable WriteLimit writeLimit;

  Connection(Socket socket, String peer) throws IOException {
    this.socket = socket;
    this.peer = peer;
    socket.setTcpNoDelay(true);
    socket.setKeepAlive(true);
    in = new BufferedInputStream(socket.getInputStream(), BUFFER);
    out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
  }

  /** Connects to a page server. */
  static Connection to(InetSocketAddress address) throws IOException {
    String peer = "page server %s:%d".formatted(address.getHostString(), address.getPort());
    Socket socket = new Socket();
    Connection connection = null;
    try {
      socket.connect(address, CONNECT_MILLIS);
      connection = new Connection(socket, peer);
      return connection;
    } catch (UnknownHostException e) {
      throw new IOException(peer + ": found no such host, wanted one that listens", e);
    } catch (IOException e) {
      throw new IOException(peer + ": " + e.getMessage() + ", wanted one that listens", e);
    } finally {
      if (connection == null) {
        socket.close();
      }
    }
  }

  String peer() {
    return peer;
  }

  /**
   * How long to wait from now on for what is read, and for the other side to take what is written:
   * more than nothing.
   */
  void patience(Duration limit) throws IOException {
    socket.setSoTimeout(Math.toIntExact(limit.toMillis()));
    if (writeLimit != null) {
      writeLimit.close();
    }
    writeLimit = new WriteLimit(socket, limit);
  }

  void write(byte[] bytes) throws IOException {
    write(bytes, 0, bytes.length);
  }

  void write(byte[] bytes, int offset, int length) throws IOException {
    int end = offset + length;
    int from = offset;
    while (end - from > 2 * BUFFER) {
      int at = from;
      send(() -> out.write(bytes, at, BUFFER)); // each has the limit for itself
      from += BUFFER;
    }
    int last = from;
    send(() -> out.write(bytes, last, end - last));
  }

  void writeInt(int value) throws IOException {
    write(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  void flush() throws IOException {
    send(out::flush);
  }

  /** What may have to wait for the other side. */
  @FunctionalInterface
  private interface Sending {
    void run() throws IOException;
  }

  private void send(Sending sending) throws IOException {
    WriteLimit limit = writeLimit;
    try {
      if (limit != null) {
        limit.begin();
      }
      sending.run();
    } catch (IOException e) {
      if (limit != null && limit.isExceeded()) {
        throw new IOException(
            "%s: it took nothing of what was sent for %d s"
                .formatted(peer, limit.limit().toSeconds()),
            e);
      }
      throw broken(e);
    } finally {
      if (limit != null) {
        limit.end();
      }
    }
  }

  /** The next bytes; null at the end, if that comes before the first. */
  byte @Nullable [] readOrEnd(int length) throws IOException {
    byte[] bytes = new byte[length];
    int had = read(bytes, length);
    if (had == 0 && length > 0) {
      return null;
    }
    if (had < length) {
      throw ended(length - had);
    }
    return bytes;
  }

  byte[] read(int length) throws IOException {
    byte[] bytes = new byte[length];
    readFully(bytes, length);
    return bytes;
  }

  void readFully(byte[] bytes, int length) throws IOException {
    int had = read(bytes, length);
    if (had < length) {
      throw ended(length - had);
    }
  }

  private int read(byte[] bytes, int length) throws IOException {
    try {
      return in.readNBytes(bytes, 0, length);
    } catch (SocketTimeoutException e) {
      throw new IOException(
          "%s: nothing came for %d s, wanted %d bytes"
              .formatted(peer, socket.getSoTimeout() / 1000, length),
          e);
    } catch (IOException e) {
      throw broken(e);
    }
  }

  int readInt() throws IOException {
    return ByteBuffer.wrap(read(Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  private EOFException ended(int missing) {
    return new EOFException(
        "%s: found the end of the connection, wanted %d bytes more".formatted(peer, missing));
  }

  private IOException broken(IOException e) {
    return new IOException("%s: the connection broke: %s".formatted(peer, e.getMessage()), e);
  }

  @Override
  public void close() throws IOException {
    if (writeLimit != null) {
      writeLimit.close();
    }
    socket.close();
  }
}
