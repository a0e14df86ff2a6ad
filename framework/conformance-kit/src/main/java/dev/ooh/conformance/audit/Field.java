package dev.ooh.conformance.audit;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.PageSet;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Pages that writers stamp. A stamp holds the interval's number in its upper bits and grows with
 * each store to its page, for each page has one writer. A stamp counts as written once its store
 * has returned: a consumer that sees it written before a fetch must get its page by then.
 */
public final class Field {
  private static final int WRITERS = 4;
  private static final int BATCH = 16;
  private static final int INTERVAL_SHIFT = 24;
  private static final long PAUSE_NANOS = 100_000;

  private final Words words;
  private final PageSet pages;
  private final long[] addresses;
  private final AtomicLongArray begun;
  private final AtomicLongArray written;
  private final AtomicLong stamps = new AtomicLong();
  private final List<TrackedThread> writers = new ArrayList<>();
  private volatile long interval = 1;
  private volatile PageSet absent = PageSet.empty();
  private volatile boolean stop;

  /** Pages that all exist now. */
  public Field(Words words, PageSet pages) {
    this.words = words;
    this.pages = pages;
    List<Long> all = new ArrayList<>();
    pages.forEachPage(all::add);
    addresses = all.stream().mapToLong(Long::longValue).toArray();
    begun = new AtomicLongArray(addresses.length);
    written = new AtomicLongArray(addresses.length);
  }

  /** All pages, those that are absent for a while included. */
  public PageSet pages() {
    return pages;
  }

  /** Pages whose region is gone for a while. */
  public PageSet absent() {
    return absent;
  }

  /** Says which pages nobody may touch from now on; to be called while writers stand still. */
  public void setAbsent(PageSet gone) {
    absent = gone;
  }

  /** Stamps every page; to be called before writers start. */
  public void populate() {
    for (int page = 0; page < addresses.length; page++) {
      stamp(page);
    }
  }

  int size() {
    return addresses.length;
  }

  long address(int page) {
    return addresses[page];
  }

  /** What each page's last store that returned was. */
  long[] written() {
    long[] now = new long[addresses.length];
    for (int page = 0; page < now.length; page++) {
      now[page] = written.get(page);
    }
    return now;
  }

  /** A bound of what each page's stores can have been. */
  long begun(int page) {
    return begun.get(page);
  }

  /** What the memory says; 0 where the contents were discarded. */
  long inMemory(int page) {
    return words.load(wordOf(page));
  }

  static long intervalOf(long stamp) {
    return stamp >>> INTERVAL_SHIFT;
  }

  /** The next interval begins. */
  void nextInterval() {
    interval++;
  }

  /** Stamps one page; by its writer, or by anybody while writers stand still. */
  void stamp(int page) {
    long stamp = Math.max(begun.get(page) + 1, interval << INTERVAL_SHIFT);
    begun.set(page, stamp);
    words.store(wordOf(page), stamp);
    written.set(page, stamp);
    stamps.incrementAndGet();
  }

  /** Another place in each page, since a technique may look at less than pages. */
  private long wordOf(int page) {
    return addresses[page] + (page * 37L & 511) * Long.BYTES;
  }

  void start(ExecutionContext execution, SplittableRandom random) {
    for (int number = 0; number < WRITERS; number++) {
      int first = number;
      SplittableRandom own = random.split();
      writers.add(execution.spawn("audit-writer-" + first, () -> write(execution, first, own)));
    }
  }

  private void write(ExecutionContext execution, int first, SplittableRandom random) {
    int own = (addresses.length - first + WRITERS - 1) / WRITERS;
    while (!stop) {
      PageSet gone = absent;
      for (int i = 0; i < BATCH; i++) {
        int page = first + WRITERS * random.nextInt(own);
        if (!gone.contains(addresses[page])) {
          stamp(page);
        }
      }
      execution.poll();
      // Not every page may be written in each interval, or none could be missing.
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Waits until the writers have stored that often again. */
  void awaitStamps(int count) throws InterruptedException {
    long wanted = stamps.get() + count;
    while (stamps.get() < wanted) {
      for (TrackedThread writer : writers) {
        if (!writer.isAlive()) {
          writer.join(); // Throws what ended it.
          throw new IllegalStateException(writer.name() + " ended");
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Ends the writers and throws what a writer threw. */
  void end() throws InterruptedException {
    stop = true;
    for (TrackedThread writer : writers) {
      writer.join();
    }
  }

  long stamps() {
    return stamps.get();
  }
}
