package dev.ooh.linux.userfault;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.LinuxCalls;

/**
 * Memory for copies of pages, a memfd that the snapshots of one descriptor take in turn. Between
 * them it keeps what the last one needed, and some as soon as there is one: a writer waits while
 * its page is copied, and memory that is new has to be found and zeroed meanwhile, by a virtual
 * machine's host too. Safe for any thread.
 */
final class SnapshotBuffer implements AutoCloseable {
  private static final int NONE = -1;

  /** Bytes that are allocated ahead, at the least. */
  private static final long LEAST = 16L << 20;

  private final LinuxCalls calls = new LinuxCalls();
  private int file = NONE;
  private long kept = LEAST;
  private boolean lent;
  private boolean closed;

  /** The descriptor of a file of so many bytes, until it is given back. */
  synchronized int lend(long bytes) throws CallException {
    if (lent) {
      throw CallException.of("take the memory for copies", Errno.EBUSY);
    }
    if (closed) {
      throw CallException.of("take the memory for copies", Errno.EBADF);
    }
    if (file == NONE) {
      file = calls.memfdCreate("ooh-snapshot");
    }
    calls.ftruncate(file, bytes);
    calls.fallocate(file, Math.min(bytes, LEAST));
    lent = true;
    return file;
  }

  /** So many bytes of it were used, as many the next one will find allocated. */
  synchronized void giveBack(long used) {
    kept = Math.max(LEAST, used);
    giveBack();
  }

  /** It was not used: what is kept stays as it is. */
  synchronized void giveBack() {
    lent = false;
    try {
      calls.ftruncate(file, kept);
    } catch (CallException e) {
      closeFile();
    }
    if (closed) {
      closeAll();
    }
  }

  /** What is lent is closed when it is given back. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      if (!lent) {
        closeAll();
      }
    }
  }

  private void closeAll() {
    closeFile();
    calls.close();
  }

  private void closeFile() {
    if (file != NONE) {
      calls.closeDescriptor(file);
      file = NONE;
    }
  }
}
