package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.SetDescription;
import dev.ooh.image.file.DiskFiles;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetFolder;
import dev.ooh.image.store.WrittenSet;
import dev.ooh.image.writer.ImageSetWriter;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointsTest {
  private static final int PAGE = 4096;

  @TempDir private Path directory;

  private static byte[] contents(MemorySegment segment) {
    return segment.toArray(JAVA_BYTE);
  }

  @Test
  void aSegmentIsAsItWasWhenItsNewestCheckpointWasTaken() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      MemorySegment segment = checkpoints.segment("s", 100 * PAGE, arena);
      assertThat(checkpoints.restored()).isFalse();
      segment.set(JAVA_LONG, 5 * PAGE, 42);
      Checkpoint taken = checkpoints.take().join();
      assertThat(taken.pages()).isEqualTo(1);
      assertThat(taken.pagesWritten()).isEqualTo(1);
      segment.set(JAVA_LONG, 5 * PAGE, 43); // lost
    }
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      MemorySegment segment = checkpoints.segment("s", 100 * PAGE, arena);
      assertThat(checkpoints.restored()).isTrue();
      assertThat(segment.get(JAVA_LONG, 5 * PAGE)).isEqualTo(42);
    }
  }

  /** The old one's mapping is there still, so the address is taken. */
  @Test
  void aSegmentComesBackElsewhereWhereItsAddressIsTaken() throws Exception {
    try (Arena first = Arena.ofShared();
        Arena second = Arena.ofShared()) {
      MemorySegment before;
      try (Checkpoints checkpoints = Checkpoints.open(directory)) {
        before = checkpoints.segment("s", 10 * PAGE, first);
        before.set(JAVA_LONG, 3 * PAGE, 42);
        checkpoints.take().join();
      }
      try (Checkpoints checkpoints = Checkpoints.open(directory)) {
        MemorySegment after = checkpoints.segment("s", 10 * PAGE, second);
        assertThat(after.address()).isNotEqualTo(before.address());
        assertThat(after.get(JAVA_LONG, 3 * PAGE)).isEqualTo(42);
        after.set(JAVA_LONG, 4 * PAGE, 43);
        assertThat(checkpoints.take().join().pagesWritten()).isEqualTo(1);
      }
    }
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      MemorySegment segment = checkpoints.segment("s", 10 * PAGE, arena);
      assertThat(segment.get(JAVA_LONG, 3 * PAGE)).isEqualTo(42);
      assertThat(segment.get(JAVA_LONG, 4 * PAGE)).isEqualTo(43);
    }
  }

  /** As crit has images by it, whichever process goes on with them. */
  @Test
  void theProcessNumberOfTheFirstDumpIsKept() throws Exception {
    long start = 0x7000_0000L;
    int pid = 4_000_001; // none that Linux gives
    try (ImageStore store = ImageStore.open(directory);
        ImageSetWriter writer = new ImageSetWriter(store, pid, Optional.empty())) {
      writer.pages(
          PageSet.of(start, start + PAGE),
          PageSet.empty(),
          (address, target, offset, length) ->
              Arrays.fill(target, offset, offset + length, (byte) 7),
          written -> {});
      WrittenSet _ =
          writer.finish(
              new SetDescription(
                  true,
                  "program",
                  "",
                  "linux",
                  "none",
                  start,
                  List.of(new Region("s", start, 10 * PAGE))),
              new DumpStatsEntry(0, 0, 0, 0, 0, 0, 0));
    }
    for (int life = 0; life < 2; life++) {
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints = Checkpoints.open(directory)) {
        MemorySegment segment = checkpoints.segment("s", 10 * PAGE, arena);
        assertThat(segment.get(JAVA_BYTE, 0)).isEqualTo((byte) 7);
        segment.set(JAVA_BYTE, 2 * PAGE, (byte) life);
        checkpoints.take().join();
      }
      assertThat(ImageSet.open(directory).pid()).isEqualTo(pid);
    }
    assertThat(ImageSet.open(directory).chainLength()).isEqualTo(3);
  }

  @Test
  void onlyWhatChangedIsWrittenAlsoAfterARestore() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      MemorySegment segment = checkpoints.segment("s", 100 * PAGE, arena);
      segment.fill((byte) 1);
      assertThat(checkpoints.take().join().pagesWritten()).isEqualTo(100);
      segment.set(JAVA_BYTE, 7 * PAGE, (byte) 2);
      assertThat(checkpoints.take().join().pagesWritten()).isEqualTo(1);
      assertThat(checkpoints.take().join().pagesWritten()).isZero();
    }
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      MemorySegment segment = checkpoints.segment("s", 100 * PAGE, arena);
      segment.asSlice(9 * PAGE, PAGE).fill((byte) 0); // a page that is left out from now on
      segment.set(JAVA_BYTE, 8 * PAGE, (byte) 2);
      Checkpoint taken = checkpoints.take().join();
      assertThat(taken.pagesWritten()).isEqualTo(1);
      assertThat(taken.pages()).isEqualTo(99);
    }
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      byte[] found = contents(checkpoints.segment("s", 100 * PAGE, arena));
      assertThat(found[9 * PAGE]).isZero();
      assertThat(found[8 * PAGE]).isEqualTo((byte) 2);
      assertThat(found[7 * PAGE]).isEqualTo((byte) 2);
      assertThat(found[6 * PAGE]).isEqualTo((byte) 1);
    }
  }

  /** Several lives of a program with several segments, against copies of them. */
  @Test
  void livesAgreeWithAModel() throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, byte[]> durable = new HashMap<>();
    for (int life = 0; life < 12; life++) {
      CheckpointOptions options =
          CheckpointOptions.defaults()
              .withLongestChain(random.nextInt(1, 6))
              .withKeep(random.nextInt(1, 3))
              .withCopyBytes(random.nextInt(3) * 20L * PAGE);
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints = Checkpoints.open(directory, options)) {
        Map<String, MemorySegment> segments = new HashMap<>();
        for (Map.Entry<String, byte[]> entry : durable.entrySet()) {
          if (random.nextInt(8) == 0) {
            checkpoints.forget(entry.getKey());
          } else {
            MemorySegment segment =
                checkpoints.segment(entry.getKey(), entry.getValue().length, arena);
            assertThat(contents(segment))
                .as("seed %d life %d segment %s", seed, life, entry.getKey())
                .isEqualTo(entry.getValue());
            segments.put(entry.getKey(), segment);
          }
        }
        if (segments.size() < 3) {
          String name = "segment of life " + life;
          segments.put(name, checkpoints.segment(name, random.nextInt(1, 60 * PAGE), arena));
        }
        for (int i = random.nextInt(5); i >= 0; i--) {
          mutate(segments, random);
          checkpoints.take().join();
          durable.clear();
          segments.forEach((name, segment) -> durable.put(name, contents(segment)));
        }
        mutate(segments, random);
      }
    }
  }

  private static void mutate(Map<String, MemorySegment> segments, SplittableRandom random) {
    segments.values().stream()
        .sorted((a, b) -> Long.compare(a.byteSize(), b.byteSize()))
        .forEach(
            segment -> {
              for (int i = random.nextInt(20); i > 0; i--) {
                long at = random.nextLong(segment.byteSize());
                long length = Math.min(segment.byteSize() - at, random.nextInt(2 * PAGE));
                segment.asSlice(at, length).fill((byte) random.nextInt(2));
              }
            });
  }

  @Test
  void writersOfManyThreadsAreStoppedAndWhatTheyWroteIsOneMoment() throws Exception {
    ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    CheckpointOptions options =
        CheckpointOptions.defaults().withStandstill(Standstill.holding(lock.writeLock()));
    AtomicBoolean end = new AtomicBoolean();
    CountDownLatch started = new CountDownLatch(2);
    int pages = 200;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options)) {
      MemorySegment segment = checkpoints.segment("s", pages * PAGE, arena);
      List<Thread> writers =
          List.of(0, 1).stream()
              .map(
                  half ->
                      Thread.ofPlatform()
                          .start(
                              () -> {
                                started.countDown();
                                for (long round = 1; !end.get(); round++) {
                                  lock.readLock().lock();
                                  // all pages of a half have the same number, or none is right
                                  for (int page = half; page < pages; page += 2) {
                                    segment.set(JAVA_LONG, (long) page * PAGE, round);
                                  }
                                  lock.readLock().unlock();
                                }
                              }))
              .toList();
      started.await();
      try {
        for (int i = 0; i < 20; i++) {
          checkpoints.take().join();
        }
      } finally {
        end.set(true);
        for (Thread writer : writers) {
          writer.join();
        }
      }
    }
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options)) {
      MemorySegment segment = checkpoints.segment("s", pages * PAGE, arena);
      for (int page = 0; page < pages; page++) {
        assertThat(segment.get(JAVA_LONG, (long) page * PAGE))
            .as("page %d", page)
            .isEqualTo(segment.get(JAVA_LONG, (page % 2) * (long) PAGE));
      }
    }
  }

  @Test
  void theClockTakesThem() throws Exception {
    ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    CountDownLatch taken = new CountDownLatch(3);
    CheckpointOptions options =
        CheckpointOptions.defaults()
            .withStandstill(Standstill.holding(lock.writeLock()))
            .withListener(
                new CheckpointListener() {
                  @Override
                  public void taken(Checkpoint checkpoint) {
                    taken.countDown();
                  }
                });
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options)) {
      checkpoints.segment("s", PAGE, arena).set(JAVA_LONG_UNALIGNED, 0, 1);
      checkpoints.takeEvery(Duration.ofMillis(1));
      taken.await();
      assertThatThrownBy(() -> checkpoints.takeEvery(Duration.ofMillis(1)))
          .hasMessageContaining("by the clock already");
    }
  }

  /** Tells the order of things, and fails where it is told to. */
  private static final class Told implements CheckpointListener {
    private final List<String> events = new ArrayList<>();
    private String failing = "";

    private void tell(String event) {
      events.add(event);
      if (event.equals(failing)) {
        throw new IllegalStateException("no " + event);
      }
    }

    @Override
    public void beforeFreeze() {
      tell("before");
    }

    @Override
    public void afterThaw(Duration frozen) {
      assertThat(frozen).isPositive();
      tell("after");
    }
  }

  /** When memory runs out, the program may well go on, and its checkpoints then. */
  @Test
  void theClockGoesOnAfterAnError() throws Exception {
    AtomicBoolean fails = new AtomicBoolean(true);
    BlockingQueue<Exception> failed = new LinkedBlockingQueue<>();
    BlockingQueue<Checkpoint> taken = new LinkedBlockingQueue<>();
    CheckpointOptions options =
        CheckpointOptions.defaults()
            .withStandstill(
                () -> {
                  if (fails.getAndSet(false)) {
                    throw new OutOfMemoryError("no room");
                  }
                  return () -> {};
                })
            .withListener(
                new CheckpointListener() {
                  @Override
                  public void taken(Checkpoint checkpoint) {
                    taken.add(checkpoint);
                  }

                  @Override
                  public void failed(Exception reason) {
                    failed.add(reason);
                  }
                });
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options)) {
      checkpoints.segment("s", 4096, arena).fill((byte) 1);
      checkpoints.takeEvery(Duration.ofMillis(1));
      assertThat(failed.take())
          .hasMessage("no checkpoint was taken: java.lang.OutOfMemoryError: no room");
      assertThat(taken.take().pagesWritten()).isEqualTo(1);
    }
  }

  @Test
  @Timeout(60)
  void aListenerThatThrowsEndsNeitherACheckpointNorTheClock() throws Exception {
    AtomicBoolean fails = new AtomicBoolean();
    BlockingQueue<Checkpoint> taken = new LinkedBlockingQueue<>();
    CheckpointOptions options =
        CheckpointOptions.defaults()
            .withStandstill(
                () -> {
                  if (fails.getAndSet(false)) {
                    throw new IllegalStateException("no standstill");
                  }
                  return () -> {};
                })
            .withListener(
                new CheckpointListener() {
                  @Override
                  public void writing(long pages, long ofPages) {
                    throw new IllegalStateException("writing");
                  }

                  @Override
                  public void taken(Checkpoint checkpoint) {
                    taken.add(checkpoint);
                    throw new IllegalStateException("taken");
                  }

                  @Override
                  public void failed(Exception reason) {
                    throw new IllegalStateException("failed");
                  }
                });
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options)) {
      checkpoints.segment("s", PAGE, arena).fill((byte) 1);
      assertThat(checkpoints.take().join()).isEqualTo(taken.take());
      fails.set(true);
      checkpoints.takeEvery(Duration.ofMillis(1));
      assertThat(taken.take().pages()).isEqualTo(1);
    }
  }

  /** More nanoseconds than a long holds. */
  @Test
  void foreverIsLongEnoughForWritersAndTheClock() throws Exception {
    Duration forever = ChronoUnit.FOREVER.getDuration();
    CheckpointOptions options =
        CheckpointOptions.defaults().withStandstill(() -> () -> {}).withFrozenTarget(forever);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options)) {
      checkpoints.segment("s", PAGE, arena).fill((byte) 1);
      checkpoints.takeEvery(forever);
      assertThat(checkpoints.take().join().pages()).isEqualTo(1);
    }
  }

  @Test
  void anErrorOfTheWritingThreadIsTold() throws Exception {
    List<Exception> failed = new CopyOnWriteArrayList<>();
    AtomicBoolean fails = new AtomicBoolean(true);
    FileLayer files =
        new DiskFiles() {
          @Override
          public Output create(Path file) throws IOException {
            if (file.endsWith("pages-1.img") && fails.getAndSet(false)) {
              throw new OutOfMemoryError("no room");
            }
            return super.create(file);
          }
        };
    CheckpointOptions options =
        CheckpointOptions.defaults()
            .withListener(
                new CheckpointListener() {
                  @Override
                  public void failed(Exception reason) {
                    failed.add(reason);
                  }
                });
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options, files)) {
      checkpoints.segment("s", 4096, arena).fill((byte) 1);
      assertThatThrownBy(checkpoints.take()::join).hasCauseInstanceOf(OutOfMemoryError.class);
      assertThat(failed)
          .singleElement()
          .satisfies(
              told ->
                  assertThat(told)
                      .hasMessage(
                          "no checkpoint was written: java.lang.OutOfMemoryError: no room"));
      assertThat(checkpoints.take().join().pagesWritten()).isEqualTo(1);
    }
  }

  /** {@code cp -L} makes a copy of a set of the link, which the next set moves out of the way. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCopyWhoseWriterDiedIsGoneOnFrom(boolean lazily) throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      checkpoints.segment("s", 4096, arena).fill((byte) 7);
      checkpoints.take().join();
    }
    Path draft = Files.createDirectory(directory.resolve(".draft-1"));
    Files.delete(directory.resolve("latest"));
    Path copy = Files.createDirectory(draft.resolve("latest-before"));
    try (Stream<Path> files = Files.list(directory.resolve("set-000001"))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    CheckpointOptions options = CheckpointOptions.defaults();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            lazily
                ? Checkpoints.openLazily(
                    directory,
                    options,
                    damage -> {
                      throw new AssertionError(damage);
                    })
                : Checkpoints.open(directory, options)) {
      assertThat(checkpoints.restored()).isTrue();
      MemorySegment segment = checkpoints.segment("s", 4096, arena);
      assertThat(segment.get(JAVA_BYTE, 0)).isEqualTo((byte) 7);
    }
  }

  @Test
  void hooksAreCalledAroundTheStandstill() throws Exception {
    List<String> rounds = List.of("", "before", "stop", "after", "");
    Told told = new Told();
    CheckpointOptions options =
        CheckpointOptions.defaults()
            .withListener(told)
            .withFrozenTarget(Duration.ZERO) // a snapshot, where that works
            .withStandstill(
                () -> {
                  told.tell("stop");
                  return () -> told.tell("go");
                });
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options)) {
      MemorySegment segment = checkpoints.segment("s", 100 * PAGE, arena);
      for (int round = 0; round < rounds.size(); round++) {
        String failing = rounds.get(round);
        told.events.clear();
        told.failing = failing;
        segment.set(JAVA_LONG, (long) round * PAGE, round + 1);
        if (failing.isEmpty()) {
          checkpoints.take().join();
          assertThat(told.events).containsExactly("before", "stop", "go", "after");
        } else {
          assertThatThrownBy(checkpoints::take).hasMessage("no " + failing);
          assertThat(told.events)
              .isEqualTo(
                  switch (failing) {
                    case "before" -> List.of("before");
                    case "stop" -> List.of("before", "stop", "after");
                    default -> List.of("before", "stop", "go", "after");
                  });
        }
      }
    }
    assertThat(new SetFolder(directory).sets()).hasSize(2);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options)) {
      MemorySegment segment = checkpoints.segment("s", 100 * PAGE, arena);
      for (int round = 0; round < rounds.size(); round++) {
        assertThat(segment.get(JAVA_LONG, (long) round * PAGE)).isEqualTo(round + 1);
      }
    }
  }

  @Test
  void aHookThatFailsAfterAFailureDoesNotHideIt() throws Exception {
    CheckpointOptions options =
        CheckpointOptions.defaults()
            .withListener(
                new CheckpointListener() {
                  @Override
                  public void afterThaw(Duration frozen) {
                    throw new IllegalStateException("second");
                  }
                })
            .withStandstill(
                () -> {
                  throw new InterruptedException("first");
                });
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options)) {
      checkpoints.segment("s", PAGE, arena).set(JAVA_LONG, 0, 1);
      assertThatThrownBy(checkpoints::take)
          .isInstanceOf(InterruptedException.class)
          .hasMessage("first")
          .hasSuppressedException(new IllegalStateException("second"));
    }
  }

  @Test
  void aLongChainIsFoldedAndTheRestRemoved() throws Exception {
    CheckpointOptions options = CheckpointOptions.defaults().withLongestChain(4);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options)) {
      MemorySegment segment = checkpoints.segment("s", 50 * PAGE, arena);
      for (int i = 0; i < 20; i++) {
        segment.set(JAVA_LONG, (long) i * PAGE, i + 1);
        checkpoints.take().join();
      }
    }
    assertThat(new SetFolder(directory).sets()).hasSizeLessThanOrEqualTo(5);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options)) {
      MemorySegment segment = checkpoints.segment("s", 50 * PAGE, arena);
      for (int i = 0; i < 20; i++) {
        assertThat(segment.get(JAVA_LONG, (long) i * PAGE)).isEqualTo(i + 1);
      }
    }
  }

  @Test
  void misuseIsNamed() throws Exception {
    try (Arena arena = Arena.ofShared();
        Arena confined = Arena.ofConfined();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      assertThatThrownBy(checkpoints::take).hasMessageContaining("found no segment");
      MemorySegment segment = checkpoints.segment("s", 3 * PAGE, arena);
      segment.set(JAVA_LONG, 0, 1);
      checkpoints.take().join();
      assertThatThrownBy(() -> checkpoints.segment("s", PAGE, arena))
          .hasMessageContaining("segment s was asked for before");
      assertThatThrownBy(() -> checkpoints.segment("t", 0, arena))
          .hasMessageContaining("segment t: asked for 0 bytes");
      assertThatThrownBy(() -> checkpoints.segment("t", PAGE, confined))
          .hasMessageContaining("segment t: found an arena of one thread");
      assertThatThrownBy(() -> checkpoints.forget("t")).hasMessageContaining("found none");
      assertThatThrownBy(() -> checkpoints.takeEvery(Duration.ofSeconds(1)))
          .hasMessageContaining("found no standstill");
      assertThatThrownBy(() -> Checkpoints.open(directory))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("writes to it");
    }
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      assertThatThrownBy(() -> checkpoints.segment("s", 7 * PAGE, arena))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("found 12288 bytes in " + directory)
          .hasMessageContaining("wanted 28672");
      checkpoints.segment("other", PAGE, arena);
      assertThatThrownBy(checkpoints::take)
          .hasMessageContaining("segments that nobody asked for or forgot: s");
      checkpoints.close();
      assertThatThrownBy(checkpoints::take).hasMessageContaining("closed");
    }
  }

  @Test
  void damageIsFoundAndNamed() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      checkpoints.segment("s", 3 * PAGE, arena).fill((byte) 1);
      checkpoints.take().join();
    }
    Path pages = directory.resolve("latest").resolve("pages-1.img");
    byte[] bytes = Files.readAllBytes(pages);
    bytes[PAGE + 5] ^= 1;
    Files.write(pages, bytes);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      assertThatThrownBy(() -> checkpoints.segment("s", 3 * PAGE, arena))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("pages-1.img at offset 4096");
    }
  }
}
