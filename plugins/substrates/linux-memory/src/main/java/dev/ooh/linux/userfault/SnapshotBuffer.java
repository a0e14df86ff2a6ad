package dev.ooh.linux.userfault;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.LinuxCalls;

/**
 * Memory for copies of pages, a memfd that the snapshots of one descriptor take in turn. Between
 * them it keeps what the last one needed: a writer waits while its page is copied, and memory that
 * is new has to be found and zeroed meanwhile. Safe for any thread.
 */
final class SnapshotBuffer implements AutoCloseable {
  private static final int NONE = -1;

  private final LinuxCalls calls = new LinuxCalls();
  private int file = NONE;
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
    lent = true;
    return file;
  }

  /** Nobody has it mapped any more; what is behind the first {@code kept} bytes is freed. */
  synchronized void giveBack(long kept) {
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
