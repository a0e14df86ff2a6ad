package dev.ooh.linux.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.CopyBeforeWrite;
import dev.ooh.memory.CopyBeforeWrite.Prepared;
import dev.ooh.memory.CopyBeforeWrite.Snapshot;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SnapshotException;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.Userfaultfd.Descriptor;
import dev.ooh.tracking.facility.Userfaultfd.Mode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Copy before write, by a synchronous userfaultfd and its monitor. */
class SnapshotTest extends SnapshotFixture {
  private static final int PAGES = 256;

  private final Region region = space.map(RegionRequest.anonymous("memory", (long) PAGES * PAGE));

  private long page(int number) {
    return region.start() + (long) number * PAGE;
  }

  private void write(int number, long value) {
    space.memory().putLong(page(number), value);
    space.memory().putLong(page(number) + PAGE - 8, value);
  }

  /** What the snapshot has of one page: the number at its start, which its end has too. */
  private long read(Snapshot snapshot, int number) throws SnapshotException {
    byte[] copied = copy(page(number), PAGE);
    snapshot.settle(page(number), copied, 0, PAGE);
    return stamp(copied, 0);
  }

  private static long stamp(byte[] copied, int offset) {
    ByteBuffer words = ByteBuffer.wrap(copied).order(ByteOrder.nativeOrder());
    long first = words.getLong(offset);
    assertThat(words.getLong(offset + PAGE - 8)).as("end of the page").isEqualTo(first);
    return first;
  }

  @Test
  void whoComesToAPageFirstHasItCopiedAsItWas() throws Exception {
    for (int i = 0; i < PAGES; i++) {
      write(i, 100 + i);
    }
    try (Descriptor descriptor = armed(region.pages());
        Prepared prepared = copies.prepare(PageSet.of(page(0), page(100)), ROOM)) {
      write(7, 1); // after it was fetched, before the beginning
      write(200, 2);
      try (Snapshot snapshot = prepared.begin()) {
        assertThat(snapshot.late())
            .isEqualTo(PageSet.of(page(7), page(8)).union(PageSet.of(page(200), page(201))));
        write(3, 3);
        write(7, 4);
        write(200, 5);
        assertThat(read(snapshot, 2)).isEqualTo(102);
        write(2, 6);
        assertThat(read(snapshot, 3)).as("written meanwhile").isEqualTo(103);
        assertThat(read(snapshot, 7)).as("written before and meanwhile").isEqualTo(1);
        assertThat(read(snapshot, 200)).as("not asked for").isEqualTo(2);
        assertThatThrownBy(() -> read(snapshot, 3))
            .isInstanceOf(SnapshotException.class)
            .hasMessageContaining("File exists");
        assertThat(snapshot.end().count()).as("2 was read before it was written").isEqualTo(3);
      }
      PageSet.Builder written = PageSet.builder();
      List.of(2, 3, 7, 200).forEach(number -> written.addPage(page(number)));
      assertThat(descriptor.drain()).as("missed by no tracker").isEqualTo(written.build());
      assertThat(descriptor.lost()).isEmpty();
    }
  }

  @Test
  void aHoleIsZerosAlsoForWhoComesLater() throws Exception {
    try (Descriptor descriptor = armed(region.pages());
        Prepared prepared = copies.prepare(region.pages(), ROOM);
        Snapshot snapshot = prepared.begin()) {
      write(1, 1);
      assertThat(read(snapshot, 1)).isZero();
      assertThat(read(snapshot, 2)).isZero();
      write(2, 2);
      assertThat(descriptor.drain()).isEqualTo(PageSet.of(page(1), page(3)));
    }
  }

  @Test
  void whatDoesNotWaitForWritersIsRefused() throws Exception {
    assertThatThrownBy(() -> copies.prepare(region.pages(), ROOM))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining("256 pages");
    try (Descriptor descriptor =
        space.facility(Userfaultfd.class).orElseThrow().open(Mode.ASYNCHRONOUS_WRITE_PROTECT)) {
      descriptor.register(region.pages());
      descriptor.writeProtect(region.pages());
      assertThatThrownBy(() -> copies.prepare(region.pages(), ROOM))
          .isInstanceOf(SnapshotException.class)
          .hasMessageContaining("the kernel gives a mapping one");
    }
  }

  @Test
  void onlyWhoseWriterHadAPageCopiedWaited() throws Exception {
    try (Descriptor descriptor = armed(region.pages());
        Prepared prepared = copies.prepare(region.pages(), ROOM);
        Snapshot snapshot = prepared.begin()) {
      snapshot.release(PageSet.of(page(10), page(20)));
      write(12, 1);
      write(30, 1);
      assertThat(descriptor.drain().pageCount()).isEqualTo(2);
      assertThat(snapshot.end().count()).isEqualTo(1);
    }
  }

  @Test
  void oneSnapshotAtATime() throws Exception {
    try (Descriptor descriptor = armed(region.pages())) {
      try (Prepared first = copies.prepare(region.pages(), ROOM)) {
        assertThatThrownBy(() -> copies.prepare(region.pages(), ROOM))
            .isInstanceOf(SnapshotException.class)
            .hasMessageContaining("busy");
      }
      copies.prepare(region.pages(), ROOM).begin().close();
      copies.prepare(region.pages(), ROOM).close();
      assertThat(descriptor.lost()).isEmpty();
    }
    assertThat(buffers()).isEmpty();
  }

  @Test
  void whoIsRefusedLeavesTheFirstSnapshotItsCopies() throws Exception {
    write(3, 1);
    write(9, 1);
    try (Descriptor descriptor = armed(region.pages());
        Prepared prepared = copies.prepare(region.pages(), ROOM);
        Snapshot snapshot = prepared.begin()) {
      write(3, 2);
      write(9, 2);
      assertThatThrownBy(() -> copies.prepare(region.pages(), PAGE))
          .isInstanceOf(SnapshotException.class)
          .hasMessageContaining("busy");
      assertThat(read(snapshot, 3)).isEqualTo(1);
      assertThat(read(snapshot, 9)).isEqualTo(1);
    }
  }

  /** Who waits for a copy shouldn't wait for memory to copy to. */
  @Test
  void memoryForCopiesIsKeptForAsManyAsTheLastSnapshotNeeded() throws Exception {
    int pages = 5000;
    Region large = space.map(RegionRequest.anonymous("large", (long) pages * PAGE));
    try (Descriptor descriptor = armed(large.pages())) {
      try (Prepared prepared = copies.prepare(large.pages(), ROOM);
          Snapshot snapshot = prepared.begin()) {
        space.memory().fill(large.start(), large.bytes(), (byte) 1);
        assertThat(sizes(buffers())).containsExactly(ROOM);
      }
      List<Path> kept = buffers();
      assertThat(sizes(kept)).containsExactly((long) pages * PAGE);

      assertThat(descriptor.drain()).isEqualTo(large.pages());
      descriptor.writeProtect(large.pages());
      copies.prepare(large.pages(), ROOM).close();
      assertThat(sizes(kept)).as("one that had no writers").containsExactly((long) pages * PAGE);

      copies.prepare(large.pages(), ROOM).begin().close();
      assertThat(buffers()).isEqualTo(kept);
      assertThat(sizes(kept)).as("as many as any may need").containsExactly(16L << 20);
    }
    assertThat(buffers()).isEmpty();
  }

  /** It is told, no writer waits for ever, and no tracker misses a write. */
  @Test
  void aFullBufferLosesTheSnapshotAndNothingElse() throws Exception {
    try (Descriptor descriptor = armed(region.pages());
        Prepared prepared = copies.prepare(region.pages(), 2 * PAGE);
        Snapshot snapshot = prepared.begin()) {
      for (int i = 0; i < 4; i++) {
        write(i, 1);
      }
      assertThatThrownBy(() -> read(snapshot, 100))
          .isInstanceOf(SnapshotException.class)
          .hasMessageContaining("more than the %d bytes that may hold copies", 2 * PAGE);
      assertThat(descriptor.drain()).isEqualTo(PageSet.of(page(0), page(4)));
    }
  }

  @Test
  void aPageWhoseProtectionWasTakenIsNotPassedOffAsOld() throws Exception {
    write(5, 1);
    try (Descriptor descriptor = armed(region.pages());
        Prepared prepared = copies.prepare(region.pages(), ROOM);
        Snapshot snapshot = prepared.begin()) {
      space.discard(PageSet.of(page(5), page(6)));
      assertThatThrownBy(() -> read(snapshot, 5))
          .isInstanceOf(SnapshotException.class)
          .hasMessageContaining("lost their protection");
      assertThat(descriptor.drain()).isEqualTo(PageSet.of(page(5), page(6)));
    }
  }

  @Test
  void aPageWhoseProtectionWasTakenBeforeTheBeginningLosesTheSnapshot() throws Exception {
    write(5, 1);
    try (Descriptor descriptor = armed(region.pages());
        Prepared prepared = copies.prepare(region.pages(), ROOM)) {
      space.discard(PageSet.of(page(5), page(6))); // told by no fault, so a copy of it is stale
      try (Snapshot snapshot = prepared.begin()) {
        assertThat(snapshot.late().isEmpty()).isTrue();
        assertThatThrownBy(() -> snapshot.release(PageSet.of(page(5), page(6))))
            .isInstanceOf(SnapshotException.class)
            .hasMessageContaining("lost their protection");
      }
      assertThat(descriptor.drain()).isEqualTo(PageSet.of(page(5), page(6)));
    }
  }

  @Test
  void protectingAPageAgainDoesNotHideThatItWasLost() throws Exception {
    write(5, 1);
    PageSet five = PageSet.of(page(5), page(6));
    try (Descriptor descriptor = armed(region.pages());
        Prepared prepared = copies.prepare(region.pages(), ROOM);
        Snapshot snapshot = prepared.begin()) {
      assertThat(read(snapshot, 1)).isZero();
      space.discard(five);
      assertThat(descriptor.drain()).isEqualTo(five);
      descriptor.writeProtect(five);
      assertThatThrownBy(() -> read(snapshot, 5))
          .isInstanceOf(SnapshotException.class)
          .hasMessageContaining("lost their protection");
      write(5, 2);
      assertThat(descriptor.drain()).as("armed again").isEqualTo(five);
    }
  }

  /** A late page is still in the log, so that it is drained while the snapshot protects it. */
  @Test
  void aLatePageThatWasLostBetweenDrainAndProtectionIsNotPassedOff() throws Exception {
    PageSet seven = PageSet.of(page(7), page(8));
    try (Descriptor descriptor = armed(region.pages());
        Prepared prepared = copies.prepare(region.pages(), ROOM)) {
      write(7, 1);
      try (Snapshot snapshot = prepared.begin()) {
        assertThat(read(snapshot, 1)).isZero();
        assertThat(descriptor.drain()).isEqualTo(seven);
        space.discard(seven);
        descriptor.writeProtect(seven);
        assertThatThrownBy(() -> read(snapshot, 7))
            .isInstanceOf(SnapshotException.class)
            .hasMessageContaining("lost their protection");
      }
    }
  }

  /** Its writer would wait for nobody after the beginning, and then be protected. */
  @Test
  void noSnapshotBeginsBetweenADrainAndItsProtection() throws Exception {
    PageSet seven = PageSet.of(page(7), page(8));
    try (Descriptor descriptor = armed(region.pages())) {
      try (Prepared prepared = copies.prepare(region.pages(), ROOM)) {
        write(7, 1);
        assertThat(descriptor.drain()).isEqualTo(seven);
        assertThatThrownBy(prepared::begin)
            .isInstanceOf(SnapshotException.class)
            .hasMessageContaining("wanted all protected");
        descriptor.writeProtect(seven);
      }
      try (Prepared prepared = copies.prepare(region.pages(), ROOM);
          Snapshot snapshot = prepared.begin()) {
        assertThat(read(snapshot, 7)).isEqualTo(1);
      }
    }
  }

  @Test
  void aSnapshotWhoseTrackerIsGoneFailsAndLeavesNothingOpen() throws Exception {
    try (Descriptor descriptor = armed(region.pages())) {
      try (Prepared prepared = copies.prepare(region.pages(), ROOM)) {
        assertThat(buffers()).hasSize(1);
        descriptor.close();
        assertThatThrownBy(prepared::begin)
            .isInstanceOf(SnapshotException.class)
            .hasMessageContaining("begin a snapshot");
      }
      assertThat(buffers()).isEmpty();
    }
  }

  @Test
  void aSnapshotWhoseTrackerGoesMeanwhileFailsAndLeavesNothingOpen() throws Exception {
    try (Descriptor descriptor = armed(region.pages())) {
      try (Prepared prepared = copies.prepare(region.pages(), ROOM);
          Snapshot snapshot = prepared.begin()) {
        descriptor.close();
        assertThatThrownBy(() -> read(snapshot, 5))
            .isInstanceOf(SnapshotException.class)
            .hasMessageContaining("was closed");
        assertThat(snapshot.end()).isEqualTo(CopyBeforeWrite.Waits.none());
      }
      assertThat(buffers()).isEmpty();
    }
  }

  private static List<Path> buffers() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(SnapshotTest::isBuffer).toList();
    }
  }

  private static List<Long> sizes(List<Path> files) throws IOException {
    List<Long> sizes = new ArrayList<>();
    for (Path file : files) {
      sizes.add(Files.size(file));
    }
    return sizes;
  }

  private static boolean isBuffer(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().contains("memfd:ooh-snapshot");
    } catch (IOException e) {
      return false; // closed since it was listed
    }
  }

  @Test
  void theMonitorsDeathLosesTheSnapshotAndHangsNobody() throws Exception {
    try (Descriptor descriptor = armed(region.pages());
        Prepared prepared = copies.prepare(region.pages(), ROOM);
        Snapshot snapshot = prepared.begin()) {
      Monitors.kill();
      write(5, 1);
      assertThatThrownBy(() -> read(snapshot, 5)).isInstanceOf(SnapshotException.class);
      assertThat(snapshot.end()).isEqualTo(CopyBeforeWrite.Waits.none());
      descriptor.drain();
      assertThat(descriptor.lost()).as("told to the tracker").isPresent();
    }
  }

  @Test
  void snapshotsUnderFourWritersAreOfOneMoment() throws Exception {
    snapshots(Integer.getInteger("ooh.seeds", 20));
  }

  @Test
  @Tag("soak")
  void aThousandSnapshotsUnderFourWritersAreOfOneMoment() throws Exception {
    snapshots(Integer.getInteger("ooh.seeds", 1000));
  }

  /**
   * Each writer stamps its own pages with its number, which grows. A number of a page in a snapshot
   * must be the one that the shadow had when the writers stood still: a newer one was written after
   * the moment, an older one was lost.
   */
  private void snapshots(int rounds) throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);
    long[] shadow = new long[PAGES];
    long first = 0; // how many pages writers came to first
    AtomicInteger chosen = new AtomicInteger(-1); // the next one that its writer is to write
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> writers = new ArrayList<>();
    try (Descriptor descriptor = armed(region.pages())) {
      for (int w = 0; w < WRITERS; w++) {
        int own = w;
        writers.add(
            Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, e) -> failure.set(e))
                .start(
                    () ->
                        stamp(own, new SplittableRandom(seed + own), lock, shadow, chosen, stop)));
      }
      byte[] copied = new byte[PAGES * PAGE];
      SplittableRandom random = new SplittableRandom(seed);
      for (int round = 0; round < rounds; round++) {
        descriptor.drain(region.pages());
        int from = random.nextInt(PAGES / 2); // a part, so that late ones are in others too
        PageSet wanted = PageSet.of(page(from), page(from + PAGES / 2));
        long[] then;
        try (Prepared prepared = copies.prepare(wanted, ROOM)) {
          Snapshot begun;
          lock.writeLock().lock();
          try {
            begun = prepared.begin();
            then = shadow.clone();
          } finally {
            lock.writeLock().unlock();
          }
          try (Snapshot snapshot = begun) {
            PageSet forgone = PageSet.of(page(from), page(from + random.nextInt(PAGES / 4)));
            snapshot.release(forgone);
            // One page at least has a writer that comes before it is read.
            chosen.set(from + PAGES / 2 - 1);
            awaitWritten(chosen, failure);
            PageSet pages = wanted.union(snapshot.late()).minus(forgone);
            check(snapshot, pages, copied, then, seed, round, random.nextInt(1, 40));
            long waits = snapshot.end().count();
            assertThat(waits).as("snapshot %d, -Dooh.first-seed=%d", round, seed).isPositive();
            first += waits;
          }
        }
        assertThat(descriptor.lost()).isEmpty();
      }
    } finally {
      stop.set(true);
      for (Thread writer : writers) {
        writer.join();
      }
    }
    assertThat(failure.get()).isNull();
    System.out.printf("%d snapshots, %d writers waited%n", rounds, first);
  }

  private static void awaitWritten(AtomicInteger chosen, AtomicReference<Throwable> failure) {
    while (chosen.get() >= 0) {
      assertThat(failure.get()).as("a writer's failure").isNull();
      Thread.onSpinWait();
      Thread.yield();
    }
  }

  private void check(
      Snapshot snapshot,
      PageSet pages,
      byte[] copied,
      long[] then,
      long seed,
      int round,
      int atOnce)
      throws SnapshotException {
    for (int run = 0; run < pages.runCount(); run++) {
      for (long at = pages.runStart(run); at < pages.runEnd(run); ) {
        int length = (int) Math.min((long) atOnce * PAGE, pages.runEnd(run) - at);
        System.arraycopy(copy(at, length), 0, copied, 0, length);
        snapshot.settle(at, copied, 0, length);
        for (int done = 0; done < length; done += PAGE) {
          int number = (int) ((at + done - region.start()) / PAGE);
          assertThat(stamp(copied, done))
              .as("page %d of snapshot %d, -Dooh.first-seed=%d", number, round, seed)
              .isEqualTo(then[number]);
        }
        at += length;
      }
    }
  }

  private void stamp(
      int own,
      SplittableRandom random,
      ReentrantReadWriteLock lock,
      long[] shadow,
      AtomicInteger chosen,
      AtomicBoolean stop) {
    for (long iteration = 1; !stop.get(); iteration++) {
      lock.readLock().lock();
      try {
        int wanted = chosen.get();
        boolean isChosen = wanted >= 0 && wanted % WRITERS == own;
        int number = isChosen ? wanted : random.nextInt(PAGES / WRITERS) * WRITERS + own;
        write(number, iteration);
        shadow[number] = iteration;
        if (isChosen) {
          chosen.set(-1);
        }
      } finally {
        lock.readLock().unlock();
      }
    }
  }
}
