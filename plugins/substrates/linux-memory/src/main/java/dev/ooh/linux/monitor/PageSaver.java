package dev.ooh.linux.monitor;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.layout.Uffdio;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Copy before write, the monitor's half: while a snapshot is on, each of its pages is copied into a
 * buffer that both processes share before its first writer goes on, unless the tracked side has
 * released it. Everything is one step to the fault handler, by the lock of its log: so a page is
 * either released before its writer, or saved before it is written, and never both.
 *
 * <p>Memory is read through a descriptor of {@code /proc/self/mem} that the tracked process opened
 * itself, which takes no privilege of the monitor's.
 */
final class PageSaver {
  private static final long PAGE = FaultHandler.PAGE;

  private final int userfaultfd;
  private final FaultLog log;

  /** For the thread that answers requests, without the lock. */
  private final LinuxCalls calls = new LinuxCalls();

  // Guarded by the log, like all below.
  private final LinuxCalls locked = new LinuxCalls();
  private final MemorySegment argument = Arena.ofAuto().allocate(Uffdio.BYTES, Long.BYTES);
  private @Nullable Snapshot snapshot;

  /** What is being copied passes through it; there from the first snapshot on. */
  private @Nullable MemorySegment passing;

  private long[] wholeBlocks = {};

  PageSaver(int userfaultfd, FaultLog log) {
    this.userfaultfd = userfaultfd;
    this.log = log;
  }

  /** One snapshot, from its preparation to its end. */
  private static final class Snapshot {
    final SnapshotPages pages;
    final int memory;
    final int buffer;
    final long slots;
    final WaitTimes waits = new WaitTimes();
    long used;
    boolean begun;

    /** Why contents are lost; 0 as long as none are. */
    int errno;

    Snapshot(SnapshotPages pages, int memory, int buffer, long slots) {
      this.pages = pages;
      this.memory = memory;
      this.buffer = buffer;
      this.slots = slots;
    }
  }

  /** Blocks of {@link FaultHandler#BLOCK} whose huge pages are not to be split, by their starts. */
  void wholeBlocks(long[] bounds) {
    long[] starts = new long[bounds.length];
    int count = 0;
    for (int run = 0; run < bounds.length; run += 2) {
      for (long block = bounds[run]; block < bounds[run + 1]; block += FaultHandler.BLOCK) {
        if (count == starts.length) {
          starts = Arrays.copyOf(starts, 2 * count);
        }
        starts[count++] = block;
      }
    }
    synchronized (log) {
      wholeBlocks = Arrays.copyOf(starts, count);
    }
  }

  /** Whether the block that starts there is one of them. By the holder of the log. */
  boolean isWhole(long block) {
    return wholeBlocks.length > 0 && Arrays.binarySearch(wholeBlocks, block) >= 0;
  }

  /**
   * Makes ready for a snapshot. Both descriptors are closed at its end, or now if that fails.
   *
   * @param bounds of its pages: start, end, …
   * @param slots pages of {@code buffer}
   */
  void prepare(long[] bounds, long slots, int memory, int buffer) throws CallException {
    SnapshotPages pages;
    try {
      pages = new SnapshotPages(bounds);
    } catch (OutOfMemoryError | ArithmeticException e) {
      // This one is refused; whoever else is served goes on.
      closeBoth(memory, buffer);
      throw CallException.of("keep the state of each page of a snapshot", Errno.ENOMEM);
    }
    Snapshot prepared = new Snapshot(pages, memory, buffer, slots);
    synchronized (log) {
      if (snapshot == null) {
        snapshot = prepared;
        if (passing == null) {
          passing = Arena.ofAuto().allocate(FaultHandler.BLOCK, PAGE);
        }
        return;
      }
    }
    closeBoth(memory, buffer);
    throw CallException.of("prepare a snapshot", Errno.EBUSY);
  }

  private void closeBoth(int memory, int buffer) {
    calls.closeDescriptor(memory);
    calls.closeDescriptor(buffer);
  }

  /**
   * From now on pages are saved before they are written. Writers stand still. What faulted since
   * the last drain is protected again, is part of the snapshot, and is still to be drained.
   *
   * @return those pages: start, end, …
   */
  long[] begin() throws CallException {
    synchronized (log) {
      Snapshot beginning = snapshot();
      if (log.overflow() > 0) {
        throw CallException.of(
            "keep %d pages that faulted".formatted(log.overflow()), Errno.ENOSPC);
      }
      long[] changed = log.runs();
      for (int run = 0; run < changed.length; run += 2) {
        protect(changed[run], changed[run + 1]);
      }
      beginning.pages.add(changed);
      beginning.begun = true;
      return changed;
    }
  }

  private void protect(long start, long end) throws CallException {
    for (int tries = 0; ; tries++) {
      Uffdio.range(argument, start, end, Uffdio.WRITEPROTECT_MODE_WP);
      try {
        locked.ioctl(
            userfaultfd,
            Uffdio.UFFDIO_WRITEPROTECT,
            argument,
            () -> "protect 0x%x".formatted(start));
        return;
      } catch (CallException e) {
        if (e.errno() != Errno.EAGAIN || tries == 1000) { // mappings are changing
          throw e;
        }
      }
    }
  }

  /**
   * Saves what a snapshot still needs of pages that are about to be written. By the holder of the
   * log.
   *
   * @return whether any was saved, which their writer waited for
   */
  boolean beforeWrite(long start, long end) {
    Snapshot current = snapshot;
    if (current == null || !current.begun || current.errno != 0) {
      return false;
    }
    long before = current.used;
    for (long page = start; page < end; ) {
      long next = page;
      long slot = current.used;
      while (next < end && owed(current, next)) {
        next += PAGE;
      }
      if (next == page) {
        page += PAGE;
        continue;
      }
      if (slot + (next - page) / PAGE > current.slots) {
        current.errno = Errno.ENOSPC;
        return current.used > before;
      }
      try {
        save(current, page, next - page, slot);
      } catch (CallException e) {
        current.errno = e.errno();
        return current.used > before;
      }
      for (; page < next; page += PAGE) {
        current.pages.state(current.pages.index(page), Math.toIntExact(++current.used));
      }
    }
    return current.used > before;
  }

  /**
   * The buffer isn't mapped here: a page that is new to a page table costs a fault, and a virtual
   * machine's host may make a second one of it.
   */
  private void save(Snapshot current, long page, long bytes, long slot) throws CallException {
    MemorySegment passing = Objects.requireNonNull(this.passing);
    for (long done = 0; done < bytes; ) {
      long part = Math.min(passing.byteSize(), bytes - done);
      if (locked.pread(current.memory, passing, part, page + done) != part
          || locked.pwrite(current.buffer, passing, part, slot * PAGE + done) != part) {
        throw CallException.of("copy page 0x%x".formatted(page + done), Errno.EFAULT);
      }
      done += part;
    }
  }

  private static boolean owed(Snapshot current, long page) {
    int index = current.pages.index(page);
    return index >= 0 && current.pages.state(index) == SnapshotPages.OWED;
  }

  /**
   * A writer went on whose page was saved, so long after its fault was read. By who holds the log
   * since then.
   */
  void waited(long nanos) {
    Snapshot current = snapshot;
    if (current != null) {
      current.waits.add(nanos);
    }
  }

  /**
   * These pages were read by the tracked side, and need not be saved from now on.
   *
   * @return those that were saved before: page, slot, …
   */
  long[] release(long[] bounds) throws CallException {
    synchronized (log) {
      Snapshot current = snapshot();
      checkSaved(current);
      long[] saved = new long[16];
      int count = 0;
      for (int run = 0; run < bounds.length; run += 2) {
        for (long page = bounds[run]; page < bounds[run + 1]; page += PAGE) {
          int index = current.pages.index(page);
          int state = index < 0 ? SnapshotPages.RELEASED : current.pages.state(index);
          if (state == SnapshotPages.RELEASED) {
            throw CallException.of("read page 0x%x of a snapshot".formatted(page), Errno.EEXIST);
          }
          if (state != SnapshotPages.OWED) {
            if (count == saved.length) {
              saved = Arrays.copyOf(saved, 2 * count);
            }
            saved[count++] = page;
            saved[count++] = state - 1L;
          }
          current.pages.state(index, SnapshotPages.RELEASED);
        }
      }
      return Arrays.copyOf(saved, count);
    }
  }

  private static void checkSaved(Snapshot current) throws CallException {
    if (current.errno != 0) {
      throw CallException.of("copy a page before it is written", current.errno);
    }
  }

  /** Pages that will not be read; those of another snapshot, or read already, are left alone. */
  void forgo(long[] bounds) throws CallException {
    RunParts.visit(
        bounds,
        log,
        (start, end) -> {
          SnapshotPages pages = snapshot().pages;
          for (long page = start; page < end; page += PAGE) {
            int index = pages.index(page);
            if (index >= 0) {
              pages.state(index, SnapshotPages.RELEASED);
            }
          }
        });
  }

  /**
   * Those of these pages that were neither saved nor released, if a snapshot is on: start, end, …
   */
  long[] owed(long[] bounds) throws CallException {
    LongStream.Builder found = LongStream.builder();
    RunParts.visit(
        bounds,
        log,
        (start, end) -> {
          Snapshot current = snapshot;
          if (current == null || !current.begun) {
            return;
          }
          checkSaved(current);
          for (long page = start; page < end; ) {
            long next = page;
            while (next < end && owed(current, next)) {
              next += PAGE;
            }
            if (next > page) {
              found.add(page).add(next);
            }
            page = next + PAGE; // that one is not owed, or of the next part
          }
        });
    return found.build().toArray();
  }

  private Snapshot snapshot() throws CallException {
    Snapshot current = snapshot;
    if (current == null) {
      throw CallException.of("find a snapshot", Errno.ENOENT);
    }
    return current;
  }

  /**
   * Ends the snapshot, if there is one.
   *
   * @return what {@link WaitTimes#summary} does, and how many slots were used
   */
  long[] end() {
    Snapshot ended;
    synchronized (log) {
      ended = snapshot;
      snapshot = null;
    }
    WaitTimes waits = new WaitTimes();
    long used = 0;
    if (ended != null) {
      waits = ended.waits;
      used = ended.used;
      closeBoth(ended.memory, ended.buffer);
    }
    long[] answer = Arrays.copyOf(waits.summary(), WaitTimes.SUMMARY + 1);
    answer[WaitTimes.SUMMARY] = used;
    return answer;
  }
}
