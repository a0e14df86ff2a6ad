package dev.ooh.benchmarks;

import dev.ooh.checkpoints.Checkpoint;
import dev.ooh.checkpoints.CheckpointListener;
import dev.ooh.checkpoints.CheckpointOptions;
import dev.ooh.checkpoints.Checkpoints;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.scan.PagemapScan;
import dev.ooh.memory.PageSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * How long a program waits for a checkpoint while four of its threads write to every page: copied
 * while it stands still, beside copied before it is written, beside no checkpoint at all; and a
 * program in C that forks, whose child writes, and the kernel's call that protects the memory,
 * alone. Prints a Markdown table, a checkpoint a line; the first checkpoint of each way is a
 * warm-up. Pages of 4 KiB unless {@code huge} is the last word; then those of 2 MiB that are left
 * at the end are told. For copies there is three times the memory, half of the heap at most.
 *
 * <p>{@code java --enable-native-access=ALL-UNNAMED -cp benchmarks.jar
 * dev.ooh.benchmarks.FrozenComparison [MEBIBYTES [CHECKPOINTS [DIRECTORY [huge]]]]}
 */
final class FrozenComparison {
  private static final int PAGE = 4096;
  private static final int WRITERS = 4;

  /** Stores that took less met no fault. */
  private static final long FAULT_NANOS = 1000;

  private final long bytes;
  private final boolean huge;
  private final Path directory;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final List<Writer> writers = new ArrayList<>();

  /** From the thaw until everything is copied. */
  private volatile boolean copying;

  private volatile boolean stop;

  /** How long it took until writers stood still. */
  private volatile long stopping;

  private FrozenComparison(long bytes, boolean huge, Path directory) {
    this.bytes = bytes;
    this.huge = huge;
    this.directory = directory;
  }

  public static void main(String[] arguments) throws Exception {
    long mebibytes = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1024;
    int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
    Path parent = Path.of(arguments.length > 2 ? arguments[2] : ".");
    boolean huge = arguments.length > 3 && arguments[3].equals("huge");
    System.out.printf(
        "%d MiB in pages of %s, %d writers, every page changed%n%n",
        mebibytes, huge ? "2 MiB" : "4 KiB", WRITERS);
    System.out.println(
        "| way | frozen, ms | of it stopping | rounds | pages written | durable, ms | stores that waited | p50, µs"
            + " | p99.9, µs | longest, ms | by the monitor: waits | p50, µs | p99.9, µs | longest, ms |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (boolean beforeWrite : new boolean[] {false, true}) {
      Path directory = Files.createTempDirectory(parent, "frozen");
      try {
        new FrozenComparison(mebibytes << 20, huge, directory).run(beforeWrite, count);
      } finally {
        FileTree.delete(directory);
      }
    }
    Path directory = Files.createTempDirectory(parent, "frozen");
    try {
      for (SnapshotsInC.Way way : SnapshotsInC.Way.values()) {
        SnapshotsInC.run(way, mebibytes, count, huge, directory);
      }
    } finally {
      FileTree.delete(directory);
    }
  }

  private CheckpointOptions options(boolean beforeWrite) {
    CheckpointOptions options =
        CheckpointOptions.defaults()
            .withCopyBytes(Math.min(3 * bytes, Runtime.getRuntime().maxMemory() / 2))
            .withLongestChain(2)
            .withStandstill(
                () -> {
                  long asked = System.nanoTime();
                  lock.writeLock().lockInterruptibly();
                  stopping = System.nanoTime() - asked;
                  return () -> {
                    copying = true;
                    lock.writeLock().unlock();
                  };
                })
            .withListener(
                new CheckpointListener() {
                  @Override
                  public void writing(long pages, long ofPages) {
                    copying = false;
                  }
                });
    if (huge) {
      options = options.withHugePages();
    }
    return beforeWrite
        ? options
        : options.withTechnique("procfs").withFrozenTarget(Duration.ofDays(1));
  }

  private void run(boolean beforeWrite, int count) throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options(beforeWrite))) {
      MemorySegment memory = checkpoints.segment("memory", bytes, arena);
      memory.fill((byte) 1);
      for (int w = 0; w < WRITERS; w++) {
        writers.add(new Writer(memory, w));
      }
      writers.forEach(Thread::start);
      try {
        if (!beforeWrite) {
          withoutCheckpoint(count);
        }
        for (int i = -1; i < count; i++) {
          awaitPass();
          writers.forEach(writer -> writer.count = 0);
          Checkpoint taken = checkpoints.take().join();
          copying = false;
          long[] waits = waits();
          if (i >= 0) {
            print(taken, waits);
          }
        }
      } finally {
        stop = true;
        for (Writer writer : writers) {
          writer.join();
        }
      }
      if (huge) {
        System.err.printf("%d of %d MiB in huge pages%n", hugePages(memory) >> 8, bytes >> 20);
      }
    }
  }

  /** What stores take that wait for nothing but a processor, for a second each time. */
  private void withoutCheckpoint(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      awaitPass();
      writers.forEach(writer -> writer.count = 0);
      copying = true;
      Thread.sleep(1000);
      copying = false;
      long[] waits = waits();
      System.out.printf(
          Locale.ROOT,
          "| NO CHECKPOINT | | | | | | %d | %.1f | %.1f | %.2f | | | | |%n",
          waits.length,
          percentile(waits, 0.5) / 1e3,
          percentile(waits, 0.999) / 1e3,
          percentile(waits, 1) / 1e6);
    }
  }

  private static long hugePages(MemorySegment memory) throws CallException {
    long start = memory.address();
    try (PagemapScan scan = new PagemapScan()) {
      return scan.hugePages(PageSet.of(start, start + memory.byteSize())).pageCount();
    }
  }

  /** Until each page was written since this was called. */
  private void awaitPass() throws InterruptedException {
    long[] wanted = writers.stream().mapToLong(writer -> writer.passes + 2).toArray();
    for (int w = 0; w < WRITERS; w++) {
      while (writers.get(w).passes < wanted[w]) {
        Thread.sleep(1);
      }
    }
  }

  /** Of all writers, ascending, in nanoseconds. */
  private long[] waits() {
    lock.writeLock().lock(); // whoever waited for its page has noted that
    try {
      for (Writer writer : writers) {
        if (writer.count > writer.samples.length) {
          throw new IllegalStateException(
              "found %d stores that waited, wanted %d at most: the longest might be among the others"
                  .formatted(writer.count, writer.samples.length));
        }
      }
      return writers.stream()
          .flatMapToLong(writer -> Arrays.stream(writer.samples, 0, writer.count))
          .sorted()
          .toArray();
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void print(Checkpoint taken, long[] all) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %.2f | %.2f | %d | %d | %d | %d | %.1f | %.1f | %.2f | %d | %.1f | %.1f | %.2f |%n",
        taken.rest(),
        taken.frozen().toNanos() / 1e6,
        stopping / 1e6,
        taken.rounds(),
        taken.pagesWritten(),
        taken.durable().toMillis(),
        all.length,
        percentile(all, 0.5) / 1e3,
        percentile(all, 0.999) / 1e3,
        percentile(all, 1) / 1e6,
        taken.waits().count(),
        taken.waits().medianNanos() / 1e3,
        taken.waits().p999Nanos() / 1e3,
        taken.waits().longestNanos() / 1e6);
    if (!taken.reason().isEmpty()) {
      System.err.println(taken.reason());
    }
  }

  private static double percentile(long[] sorted, double part) {
    return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(part * sorted.length) - 1];
  }

  /** Stores to each page of its stripe in turn, for ever. */
  private final class Writer extends Thread {
    private final MemorySegment memory;
    private final int own;
    private final long[] samples = new long[4 << 20];

    /** Of samples; more than there is room for are counted, and not kept. */
    private volatile int count;

    private volatile long passes;

    Writer(MemorySegment memory, int own) {
      this.memory = memory;
      this.own = own;
      setDaemon(true);
    }

    @Override
    public void run() {
      long stripe = bytes / WRITERS;
      for (long pass = 1; !stop; pass++) {
        for (long at = own * stripe; at < (own + 1) * stripe && !stop; at += PAGE) {
          store(at, pass);
        }
        passes = pass;
      }
    }

    private void store(long at, long stamp) {
      lock.readLock().lock();
      try {
        boolean meanwhile = copying; // what began while pages were copied may end later
        long start = System.nanoTime();
        memory.set(ValueLayout.JAVA_LONG, at, stamp);
        long took = System.nanoTime() - start;
        if (meanwhile && took > FAULT_NANOS) {
          int next = count;
          if (next < samples.length) {
            samples[next] = took;
          }
          count = next + 1;
        }
      } finally {
        lock.readLock().unlock();
      }
    }
  }
}
