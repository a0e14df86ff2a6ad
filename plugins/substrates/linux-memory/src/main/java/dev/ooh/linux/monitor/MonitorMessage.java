package dev.ooh.linux.monitor;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * What the tracked side and the monitor say to each other about one descriptor, over its own
 * connection; host byte order.
 *
 * <pre>
 * request   0 operation (u32)    4 count (u32)    8 mode (u64)   then count × {start u64, end u64}
 * answer    0 errno (u32)        4 count (u32)    8 done (u64)   then count × {u64}
 * </pre>
 *
 * Done is how many of the request's runs were handled; a failed request has the errno of the next
 * one, and no numbers. What the numbers are is said of each operation that answers with any.
 */
final class MonitorMessage {
  static final int HEADER_BYTES = 16;
  static final int RUN_BYTES = 16;

  /** mode is that of UFFDIO_REGISTER. */
  static final int REGISTER = 1;

  static final int UNREGISTER = 2;

  /** mode is that of UFFDIO_WRITEPROTECT. */
  static final int PROTECT = 3;

  /**
   * Answers with the pages that faulted since the last one, as entries of {@link FaultLog}. Where
   * they were more than are kept, errno is ENOSPC and done how many.
   */
  static final int DRAIN = 4;

  /** Answers when the descriptor is closed, and then hangs up. */
  static final int CLOSE = 5;

  /**
   * Its runs are blocks of 2 MiB whose faults are resolved as a whole, in place of those before.
   */
  static final int WHOLE_BLOCKS = 6;

  /**
   * Its runs are the pages of a snapshot, mode is how many the buffer has. Behind it come, by
   * SCM_RIGHTS, the tracked process's memory and the buffer.
   */
  static final int PREPARE = 7;

  /**
   * Begins the snapshot. Answers with the pages that faulted since the last drain, which stay:
   * start, end, …
   */
  static final int BEGIN = 8;

  /** Answers with those of its pages that were saved: address, slot of the buffer, … */
  static final int RELEASE = 9;

  /**
   * Ends the snapshot. Answers with how often and how long writers waited, and how many slots of
   * the buffer were used.
   */
  static final int END = 10;

  /** Its runs are of pages that will not be read. */
  static final int FORGO = 11;

  /**
   * Answers with those of its pages whose contents the snapshot still has in memory alone: start,
   * end, …
   */
  static final int OWED = 12;

  private MonitorMessage() {}

  /** Whether a request is about a snapshot, and not done run by run. */
  static boolean isOfSnapshot(int operation) {
    return operation >= WHOLE_BLOCKS;
  }

  static void header(MemorySegment message, int operationOrErrno, int count, long modeOrDone) {
    message.set(JAVA_INT, 0, operationOrErrno);
    message.set(JAVA_INT, 4, count);
    message.set(JAVA_LONG, 8, modeOrDone);
  }

  static int operationOrErrno(MemorySegment message) {
    return message.get(JAVA_INT, 0);
  }

  static int count(MemorySegment message) {
    return message.get(JAVA_INT, 4);
  }

  static long modeOrDone(MemorySegment message) {
    return message.get(JAVA_LONG, 8);
  }
}
