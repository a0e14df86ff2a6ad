package dev.ooh.linux.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.linux.scan.PagemapScan;
import dev.ooh.memory.CopyBeforeWrite.Prepared;
import dev.ooh.memory.CopyBeforeWrite.Snapshot;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Snapshots of huge pages, which are copied, told and resolved in one piece. */
class HugeSnapshotTest extends SnapshotFixture {
  private static final long BLOCK = 2L << 20;

  /** Memory for huge pages, with nothing but ones. */
  private Region ones() {
    Region huge = space.map(RegionRequest.anonymous("huge", 4 * BLOCK).withHugePages());
    space.memory().fill(huge.start(), huge.bytes(), (byte) 1);
    return huge;
  }

  /** The huge pages of {@code huge}; a test of them is skipped where there are none. */
  private static PageSet wholePages(PagemapScan scan, Region huge) throws Exception {
    PageSet whole = scan.hugePages(huge.pages());
    assumeTrue(!whole.isEmpty(), "no transparent huge pages here");
    return whole;
  }

  @Test
  void aHugePageStaysInOnePiece() throws Exception {
    Region huge = ones();
    try (Descriptor descriptor = armed(huge.pages());
        PagemapScan scan = new PagemapScan()) {
      PageSet whole = wholePages(scan, huge);
      try (Prepared prepared = copies.prepare(huge.pages(), ROOM);
          Snapshot snapshot = prepared.begin()) {
        long block = (whole.runStart(0) + BLOCK - 1) & -BLOCK;
        space.memory().putByte(block + 300 * PAGE, (byte) 2);
        byte[] copied = copy(block, (int) BLOCK);
        snapshot.settle(block, copied, 0, copied.length);
        assertThat(copied).containsOnly((byte) 1);
        assertThat(snapshot.end().count()).isEqualTo(1);
        assertThat(scan.hugePages(huge.pages())).as("not split").isEqualTo(whole);
        assertThat(descriptor.drain()).isEqualTo(PageSet.of(block, block + BLOCK));
      }
    }
  }

  /** Whatever part of it was asked for. */
  @Test
  void aHugePageThatWasWrittenBeforeTheBeginningIsInItAsItWasThen() throws Exception {
    Region huge = ones();
    try (Descriptor descriptor = armed(huge.pages());
        PagemapScan scan = new PagemapScan()) {
      PageSet whole = wholePages(scan, huge);
      long block = (whole.runStart(0) + BLOCK - 1) & -BLOCK;
      PageSet asked = PageSet.of(block + 10 * PAGE, block + 100 * PAGE);
      try (Prepared prepared = copies.prepare(asked, ROOM)) {
        space.memory().putByte(block + 50 * PAGE, (byte) 2);
        space.memory().putByte(block + 300 * PAGE, (byte) 2);
        try (Snapshot snapshot = prepared.begin()) {
          assertThat(snapshot.late()).isEqualTo(PageSet.of(block, block + BLOCK));
          space.memory().fill(block, BLOCK, (byte) 3);
          byte[] copied = copy(block, (int) BLOCK);
          snapshot.settle(block, copied, 0, copied.length);
          byte[] then = new byte[(int) BLOCK];
          Arrays.fill(then, (byte) 1);
          then[50 * PAGE] = 2;
          then[300 * PAGE] = 2;
          assertThat(copied).isEqualTo(then);
          assertThat(scan.hugePages(huge.pages())).as("not split").isEqualTo(whole);
          assertThat(descriptor.drain()).isEqualTo(PageSet.of(block, block + BLOCK));
        }
      }
    }
  }

  @Test
  void aHugePageIsReportedInOnePiece() throws Exception {
    Region huge = ones();
    try (Descriptor descriptor = armed(huge.pages());
        PagemapScan scan = new PagemapScan()) {
      PageSet whole = wholePages(scan, huge);
      long first = whole.runStart(0);
      PageSet block = PageSet.of(first, first + BLOCK);
      for (int i = 0; i < 3; i++) {
        space.memory().putByte(first + 300 * PAGE, (byte) 2);
        assertThat(descriptor.drain()).isEqualTo(block);
        descriptor.writeProtect(block);
      }
      assertThat(scan.hugePages(huge.pages())).as("not split").isEqualTo(whole);
    }
  }

  @Test
  void aHugePageOfWhichAPartIsArmedIsSplit() throws Exception {
    Region huge = ones();
    try (Descriptor descriptor = armed(huge.pages());
        PagemapScan scan = new PagemapScan()) {
      PageSet whole = wholePages(scan, huge);
      long first = whole.runStart(0);
      space.memory().putByte(first, (byte) 2);
      descriptor.drain();
      PageSet part = PageSet.of(first, first + 3 * PAGE);
      descriptor.writeProtect(part);
      space.memory().putByte(first, (byte) 3);
      space.memory().putByte(first + 4 * PAGE, (byte) 3);
      assertThat(descriptor.drain()).isEqualTo(PageSet.of(first, first + PAGE));
    }
  }

  @Test
  void fourWritersSplitNoHugePage() throws Exception {
    snapshots(Integer.getInteger("ooh.seeds", 10));
  }

  @Test
  @Tag("soak")
  void aThousandSnapshotsSplitNoHugePage() throws Exception {
    snapshots(Integer.getInteger("ooh.seeds", 1000));
  }

  /**
   * Pages have a writer each, which stamps a growing number into them. While a snapshot is read, a
   * tracker fetches what changed and arms it again.
   */
  private void snapshots(int rounds) throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    Region region =
        space.map(RegionRequest.anonymous("huge", 8 * BLOCK + 3 * PAGE).withHugePages());
    space.memory().fill(region.start(), region.bytes(), (byte) 0);
    Stamps stamps = new Stamps(region);
    SplittableRandom random = new SplittableRandom(seed);
    try (Descriptor descriptor = armed(region.pages());
        PagemapScan scan = new PagemapScan()) {
      PageSet whole = wholePages(scan, region);
      stamps.start(random);
      try {
        for (int round = 0; round < rounds; round++) {
          String name = "snapshot %d, -Dooh.first-seed=%d".formatted(round, seed);
          descriptor.writeProtect(descriptor.drain());
          long[] then;
          try (Prepared prepared = copies.prepare(region.pages(), ROOM)) {
            Snapshot begun;
            stamps.lock.writeLock().lock();
            try {
              begun = prepared.begin();
              then = stamps.last.clone();
            } finally {
              stamps.lock.writeLock().unlock();
            }
            try (Snapshot snapshot = begun) {
              for (long at = region.start(); at < region.end(); ) {
                descriptor.writeProtect(descriptor.drain());
                int length = (int) Math.min(random.nextLong(1, 1000) * PAGE, region.end() - at);
                byte[] copied = copy(at, length);
                snapshot.settle(at, copied, 0, length);
                check(name, copied, then, (int) ((at - region.start()) / PAGE));
                at += length;
              }
            }
          }
          assertThat(descriptor.lost()).as(name).isEmpty();
        }
      } finally {
        stamps.end();
      }
      assertThat(scan.hugePages(region.pages())).as("not split, seed %d", seed).isEqualTo(whole);
    }
  }

  private static void check(String name, byte[] copied, long[] then, int first) {
    ByteBuffer words = ByteBuffer.wrap(copied).order(ByteOrder.nativeOrder());
    for (int page = 0; page < copied.length / PAGE; page++) {
      assertThat(words.getLong(page * PAGE))
          .as("page %d of %s", first + page, name)
          .isEqualTo(then[first + page])
          .isEqualTo(words.getLong((page + 1) * PAGE - Long.BYTES));
    }
  }

  /** What each page's writer stamped last. */
  private final class Stamps {
    final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);
    final long[] last;
    private final Region region;
    private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    private final List<Future<?>> writers = new ArrayList<>();
    private volatile boolean stop;

    Stamps(Region region) {
      this.region = region;
      last = new long[(int) (region.bytes() / PAGE)];
    }

    void start(SplittableRandom random) {
      for (int writer = 0; writer < WRITERS; writer++) {
        int own = writer;
        SplittableRandom pages = random.split();
        writers.add(threads.submit(() -> write(own, pages)));
      }
    }

    private void write(int own, SplittableRandom random) {
      for (long number = 1; !stop; number++) {
        lock.readLock().lock();
        try {
          int page = random.nextInt(last.length / WRITERS) * WRITERS + own;
          long address = region.start() + (long) page * PAGE;
          space.memory().putLong(address, number);
          space.memory().putLong(address + PAGE - Long.BYTES, number);
          last[page] = number;
        } finally {
          lock.readLock().unlock();
        }
      }
    }

    /** A writer's failure is thrown. */
    void end() throws Exception {
      stop = true;
      try {
        for (Future<?> writer : writers) {
          writer.get();
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }
}
