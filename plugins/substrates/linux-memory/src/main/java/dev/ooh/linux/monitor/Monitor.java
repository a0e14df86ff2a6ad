package dev.ooh.linux.monitor;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.UnixSocket;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.facility.FacilityException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;

/**
 * The tracked side's end of one descriptor that a monitor serves. When the monitor dies, every call
 * fails; threads that waited in a fault go on, unprotected, since nobody else holds the descriptor.
 * One that doesn't answer in time is killed, which has the same effect; every call fails after
 * {@link #close} as well. Safe for any thread.
 */
public final class Monitor implements AutoCloseable {
  /** Of one request that changes them, as those of millions take longer than an answer may. */
  private static final int MOST_RUNS = 1 << 14;

  private static final long MOST_BYTES = 1L << 32;

  private final MonitorProcess process;
  private final UnixSocket socket;
  private final Duration answer;

  /** Set once a request was not answered in full: a later answer could be that of another one. */
  private volatile boolean broken;

  private boolean closed;

  /**
   * Hands a copy of {@code userfaultfd} over; the caller closes its own copy then.
   *
   * @param answer how long each answer may take
   * @throws FacilityException when the process can't take it; or doesn't answer, and is dead then
   */
  Monitor(MonitorProcess process, int userfaultfd, Duration answer) throws FacilityException {
    this.process = process;
    this.answer = answer;
    socket = process.serve(userfaultfd);
    try {
      socket.timeout(answer);
    } catch (CallException e) {
      socket.close();
      throw new FacilityException(e);
    }
  }

  /**
   * UFFDIO_REGISTER.
   *
   * @throws MonitorRefusal when the kernel refuses one of the ranges; those before it are done
   */
  public void register(PageSet ranges, long mode) throws FacilityException {
    requestInParts(MonitorMessage.REGISTER, "UFFDIO_REGISTER", ranges, mode, Long.MAX_VALUE);
  }

  /** UFFDIO_UNREGISTER of what is still this descriptor's; the rest is left alone. */
  public void unregister(PageSet ranges) throws FacilityException {
    requestInParts(MonitorMessage.UNREGISTER, "UFFDIO_UNREGISTER", ranges, 0, Long.MAX_VALUE);
  }

  /** UFFDIO_WRITEPROTECT, which takes the longer the more pages there are. */
  public void protect(PageSet ranges, long mode) throws FacilityException {
    requestInParts(MonitorMessage.PROTECT, "UFFDIO_WRITEPROTECT", ranges, mode, MOST_BYTES);
  }

  /**
   * The pages that faulted since the last drain.
   *
   * @throws MonitorRefusal when they were more than a monitor keeps: it forgot them, and goes on
   */
  public PageSet drain() throws FacilityException {
    PageSet.Builder pages = PageSet.builder();
    long[] entries = request(MonitorMessage.DRAIN, "drain faults", PageSet.empty(), 0);
    for (int i = 0; i < entries.length; i++) {
      long start = entries[i] & -FaultHandler.PAGE;
      if ((entries[i] & FaultLog.WHOLE_BLOCK) != 0) {
        pages.add(start, start + FaultHandler.BLOCK);
      } else if ((entries[i] & FaultLog.RUN) != 0) {
        pages.add(start, (entries[++i] & -FaultHandler.PAGE) + FaultHandler.PAGE);
      } else {
        pages.addPage(start);
      }
    }
    return pages.build();
  }

  /** Blocks of 2 MiB whose faults are resolved as a whole from now on, and no others. */
  public void wholeBlocks(PageSet blocks) throws FacilityException {
    request(MonitorMessage.WHOLE_BLOCKS, "watch whole blocks", blocks, 0);
  }

  /**
   * Makes ready to save pages before they are written.
   *
   * @param slots pages of {@code buffer}
   * @param memory of this process; the caller closes this and the buffer then
   */
  public void prepareSnapshot(PageSet pages, long slots, int memory, int buffer)
      throws FacilityException {
    request(MonitorMessage.PREPARE, "prepare a snapshot", pages, slots, memory, buffer);
  }

  /** Begins it; returns what faulted since the last drain, which is part of it. */
  public PageSet beginSnapshot() throws FacilityException {
    return runs(request(MonitorMessage.BEGIN, "begin a snapshot", PageSet.empty(), 0));
  }

  /** Saves no more of these pages; returns those that were saved: address, slot, … */
  public long[] release(PageSet pages) throws FacilityException {
    return request(MonitorMessage.RELEASE, "read a snapshot", pages, 0);
  }

  /** Saves no more of these pages, which will not be asked for. */
  public void forgo(PageSet pages) throws FacilityException {
    request(MonitorMessage.FORGO, "read a snapshot", pages, 0);
  }

  /**
   * Those of these pages that nobody wrote since the snapshot began and nobody read of it: they
   * must be protected still. Empty while no snapshot is on.
   */
  public PageSet owed(PageSet pages) throws FacilityException {
    return runs(request(MonitorMessage.OWED, "look after a snapshot", pages, 0));
  }

  /**
   * Ends it, and lets go of the buffer; returns how many writers waited, the median, the 99.9th
   * percentile, the longest, and how many slots of the buffer were used.
   */
  public long[] endSnapshot() throws FacilityException {
    return request(MonitorMessage.END, "end a snapshot", PageSet.empty(), 0);
  }

  /** Whether it can still be asked; false as soon as one request was not answered. */
  public boolean isAlive() {
    return !broken && process.isAlive();
  }

  private static PageSet runs(long[] bounds) {
    return PageSet.builder().addAscending(bounds, 2, bounds.length / 2).build();
  }

  /** Nobody else asks anything between two of them. */
  private synchronized void requestInParts(
      int operation, String what, PageSet ranges, long mode, long mostBytes)
      throws FacilityException {
    List<PageSet> parts = RequestParts.of(ranges, MOST_RUNS, mostBytes);
    for (int part = 0; part < parts.size(); part++) {
      try {
        request(operation, what, parts.get(part), mode);
      } catch (MonitorRefusal e) {
        throw e.behind(parts.subList(0, part));
      }
    }
  }

  private synchronized long[] request(
      int operation, String what, PageSet ranges, long mode, int... descriptors)
      throws FacilityException {
    if (closed && operation != MonitorMessage.CLOSE) {
      throw new FacilityException(what + ": the userfaultfd was closed, wanted an open one");
    }
    try (Arena arena = Arena.ofConfined()) {
      socket.send(message(arena, operation, ranges, mode));
      if (descriptors.length == 2) {
        socket.sendDescriptors(descriptors[0], descriptors[1]);
      }
      MemorySegment header = arena.allocate(MonitorMessage.HEADER_BYTES, Long.BYTES);
      if (!socket.receive(header)) {
        throw died(what);
      }
      int errno = MonitorMessage.operationOrErrno(header);
      if (errno != 0) {
        if (MonitorMessage.isOfSnapshot(operation)) {
          throw new FacilityException(CallException.of(what, errno));
        }
        long done = MonitorMessage.modeOrDone(header);
        throw operation == MonitorMessage.DRAIN
            ? overflowed(done, errno)
            : refused(what, errno, ranges, (int) done);
      }
      int count = MonitorMessage.count(header);
      MemorySegment reply = arena.allocate(Math.max(1, 8L * count), Long.BYTES);
      if (count > 0 && !socket.receive(reply)) {
        throw died(what);
      }
      long[] values = new long[count];
      MemorySegment.copy(reply, JAVA_LONG, 0, values, 0, count);
      return values;
    } catch (CallException e) {
      end();
      throw new FacilityException("%s: %s".formatted(what, unanswered(e)), e);
    }
  }

  private static MemorySegment message(Arena arena, int operation, PageSet ranges, long mode) {
    MemorySegment message =
        arena.allocate(
            MonitorMessage.HEADER_BYTES + (long) ranges.runCount() * MonitorMessage.RUN_BYTES,
            Long.BYTES);
    MonitorMessage.header(message, operation, ranges.runCount(), mode);
    for (int run = 0; run < ranges.runCount(); run++) {
      long at = MonitorMessage.HEADER_BYTES + (long) run * MonitorMessage.RUN_BYTES;
      message.set(JAVA_LONG, at, ranges.runStart(run));
      message.set(JAVA_LONG, at + 8, ranges.runEnd(run));
    }
    return message;
  }

  private static MonitorRefusal overflowed(long faults, int errno) {
    String call = "keep the pages of %d first writes between two fetches".formatted(faults);
    return new MonitorRefusal(CallException.of(call, errno), PageSet.empty());
  }

  private static MonitorRefusal refused(String what, int errno, PageSet ranges, int done) {
    long start = ranges.runStart(done);
    long end = ranges.runEnd(done);
    PageSet.Builder before = PageSet.builder();
    for (int run = 0; run < done; run++) {
      before.add(ranges.runStart(run), ranges.runEnd(run));
    }
    String call = "%s [0x%x, 0x%x), %d bytes".formatted(what, start, end, end - start);
    return new MonitorRefusal(CallException.of(call, errno), before.build());
  }

  private String unanswered(CallException e) {
    return e.errno() == Errno.EAGAIN
        ? "the userfaultfd monitor (process %d) did not answer within %d ms, and was ended"
            .formatted(process.pid(), answer.toMillis())
        : "the userfaultfd monitor (process %d) died: %s".formatted(process.pid(), e.getMessage());
  }

  private FacilityException died(String what) {
    end();
    return new FacilityException(
        "%s: the userfaultfd monitor (process %d) died".formatted(what, process.pid()));
  }

  /** A monitor that doesn't answer must not hold the descriptor, and with it the writers. */
  private void end() {
    broken = true;
    process.kill();
  }

  /** Ends every registration. When it returns, the ranges are free for another tracker. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (!broken) {
      try {
        request(MonitorMessage.CLOSE, "close", PageSet.empty(), 0);
      } catch (FacilityException e) {
        // It is dead now, and its descriptors with it.
      }
    }
    broken = true;
    socket.close();
  }
}
