package dev.ooh.image.remote;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Closes a connection of which the other side takes nothing for too long: a write to a socket has
 * no limit of its own, and a peer that stopped reading would hold it for ever. For one thread that
 * writes; another one watches.
 */
final class WriteLimit implements Closeable {
  private final Closeable connection;
  private final long nanos;
  private final Thread watching;

  /** Of the write that is on, if one is. */
  private volatile long began;

  private volatile boolean writing;
  private volatile boolean over;
  private volatile boolean exceeded;

  /** Of each write to {@code connection} from now on. */
  WriteLimit(Closeable connection, Duration limit) {
    this.connection = connection;
    nanos = limit.toNanos();
    watching = Thread.ofVirtual().name("write limit").start(this::watch);
  }

  void begin() {
    began = System.nanoTime();
    writing = true;
  }

  void end() {
    writing = false;
  }

  /** Whether the connection was closed for it. */
  boolean isExceeded() {
    return exceeded;
  }

  Duration limit() {
    return Duration.ofNanos(nanos);
  }

  private void watch() {
    while (!over) {
      long now = System.nanoTime(); // first: a write that begins meanwhile has all its time
      long left = writing ? began + nanos - now : nanos;
      if (left > 0) {
        LockSupport.parkNanos(this, left);
      } else {
        exceeded = true;
        over = true;
        try {
          connection.close();
        } catch (IOException e) {
          // what it was for is over
        }
      }
    }
  }

  @Override
  public void close() {
    over = true;
    LockSupport.unpark(watching);
  }
}
