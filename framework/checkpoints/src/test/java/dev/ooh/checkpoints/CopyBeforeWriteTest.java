package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.checkpoints.Checkpoint.Rest;
import dev.ooh.image.file.FileLayers;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.SetFolder;
import dev.ooh.library.PageTracker;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.scan.PagemapScan;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints for which writers stand still no longer than it takes to say so. */
@Timeout(600)
class CopyBeforeWriteTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 400;
  private static final int LATE = 150;
  private static final int WRITERS = 4;

  /** So few pages are copied without a thought. */
  private static final int FEW = 40;

  private static final int MADV_DONTNEED = 4;
  private static final Duration ALWAYS = Duration.ZERO;

  @TempDir private Path directory;

  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);
  private final long[] shadow = new long[PAGES];

  /** What {@link #shadow} was when writers stood still for the last time. */
  private long[] then = new long[0];

  private Runnable atTheMoment = () -> {};
  private Runnable afterTheMoment = () -> {};

  @BeforeEach
  void writersCanWait() throws Exception {
    try (PageTracker tracker = PageTracker.track()) {
      var refusal = tracker.copyBeforeWrite().orElseThrow().refusal();
      assumeTrue(refusal.isEmpty(), refusal::toString);
    }
  }

  private CheckpointOptions options() {
    return CheckpointOptions.defaults()
        .withFrozenTarget(ALWAYS)
        .withStandstill(
            () -> {
              lock.writeLock().lockInterruptibly();
              atTheMoment.run();
              then = shadow.clone();
              return () -> {
                lock.writeLock().unlock();
                afterTheMoment.run();
              };
            });
  }

  private void write(MemorySegment memory, int page, long stamp) {
    lock.readLock().lock();
    try {
      memory.set(JAVA_LONG, (long) page * PAGE, stamp);
      memory.set(JAVA_LONG, (long) page * PAGE + PAGE - 8, stamp);
      shadow[page] = stamp;
    } finally {
      lock.readLock().unlock();
    }
  }

  private void writeAll(MemorySegment memory, long stamp) {
    for (int page = 0; page < PAGES; page++) {
      write(memory, page, stamp);
    }
  }

  /** Reads the newest set and compares it with the moment that it is of. */
  private void check(String what) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment read = arena.allocate((long) PAGES * PAGE, PAGE);
      ImageSet newest = ImageSet.open(directory);
      newest.fill(read, newest.description().regions().getFirst().start());
      for (int page = 0; page < PAGES; page++) {
        assertThat(read.get(JAVA_LONG, (long) page * PAGE))
            .as("page %d, %s", page, what)
            .isEqualTo(then[page]);
        assertThat(read.get(JAVA_LONG, (long) page * PAGE + PAGE - 8))
            .as("end of page %d, %s", page, what)
            .isEqualTo(then[page]);
      }
    }
  }

  @Test
  void hugePagesStayWhole() throws Exception {
    long bytes = 8L << 20;
    try (Arena arena = Arena.ofShared();
        PagemapScan scan = new PagemapScan();
        Checkpoints checkpoints = Checkpoints.open(directory, options().withHugePages())) {
      MemorySegment memory = checkpoints.segment("memory", bytes, arena);
      memory.fill((byte) 1);
      PageSet all = PageSet.of(memory.address(), memory.address() + bytes);
      PageSet huge = scan.hugePages(all);
      assumeTrue(!huge.isEmpty(), "no transparent huge pages here");
      checkpoints.take().join();
      for (int i = 2; i < 5; i++) {
        memory.set(JAVA_LONG, huge.runStart(0) - memory.address(), i);
        Checkpoint taken = checkpoints.take().join();
        assertThat(taken.rest()).isEqualTo(Rest.COPIED_BEFORE_WRITE);
        assertThat(taken.pagesWritten()).as("a huge page").isEqualTo(512);
      }
      assertThat(scan.hugePages(all).containsAll(huge)).isTrue();
    }
  }

  @Test
  void eachCheckpointUnderFourWritersIsOfOneMoment() throws Exception {
    underFourWriters(Integer.getInteger("ooh.seeds", 20));
  }

  @Test
  @Tag("soak")
  void eachOfAThousandCheckpointsUnderFourWritersIsOfOneMoment() throws Exception {
    underFourWriters(Integer.getInteger("ooh.seeds", 1000));
  }

  private void underFourWriters(int checkpointCount) throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    AtomicInteger chosen = new AtomicInteger(-1); // the next page that its writer is to write
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options())) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      try (Writers writers =
          new Writers(
              seed,
              (own, random, stamp) -> {
                int wanted = chosen.get();
                boolean isChosen = wanted >= 0 && wanted % WRITERS == own;
                int any = random.nextInt(PAGES / WRITERS) * WRITERS + own;
                write(memory, isChosen ? wanted : any, stamp);
                if (isChosen) {
                  chosen.set(-1);
                }
              })) {
        for (int i = 0; i < checkpointCount; i++) {
          // One page at least is not copied before, and has a writer that comes before it is read.
          int late = (int) ((seed + i & Long.MAX_VALUE) % PAGES);
          long stamp = -1 - i;
          atTheMoment = () -> write(memory, late, stamp);
          afterTheMoment =
              () -> {
                chosen.set(late);
                writers.await(() -> chosen.get() < 0);
              };
          Checkpoint taken = checkpoints.take().join();
          assertThat(taken.rest()).as(taken.reason()).isEqualTo(Rest.COPIED_BEFORE_WRITE);
          assertThat(taken.technique()).isEqualTo("uffd");
          assertThat(taken.waits().count()).as("-Dooh.first-seed=%d", seed).isPositive();
          assertThat(then[late]).isEqualTo(stamp);
          check("checkpoint %d, -Dooh.first-seed=%d".formatted(i, seed));
        }
      }
    }
  }

  /** Threads that store again and again, each to its own pages, until this is closed. */
  private static final class Writers implements AutoCloseable {
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();

    @FunctionalInterface
    interface Store {
      void run(int own, SplittableRandom random, long stamp);
    }

    Writers(long seed, Store store) {
      for (int w = 0; w < WRITERS; w++) {
        int own = w;
        SplittableRandom random = new SplittableRandom(seed + w);
        threads.add(
            Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, e) -> failure.set(e))
                .start(
                    () -> {
                      for (long stamp = 1; !stop.get(); stamp++) {
                        store.run(own, random, stamp);
                      }
                    }));
      }
    }

    void await(BooleanSupplier done) {
      while (!done.getAsBoolean()) {
        assertThat(failure.get()).as("a writer's failure").isNull();
        Thread.yield();
      }
    }

    @Override
    public void close() throws InterruptedException {
      stop.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failure.get()).isNull();
    }
  }

  /** More than there is room to copy is written while the program goes on. */
  @Test
  void whatThereIsNoRoomForIsWrittenFromWhereItIs() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            Checkpoints.open(directory, options().withCopyBytes(PAGES / 2 * PAGE))) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      for (int round = 1; round < 4; round++) {
        long stamp = 10L * round;
        writeAll(memory, stamp);
        afterTheMoment =
            () -> {
              for (int page = 0; page < PAGES; page += 3) {
                write(memory, page, stamp + 1);
              }
            };
        Checkpoint taken = checkpoints.take().join();
        assertThat(taken.rest()).as(taken.reason()).isEqualTo(Rest.COPIED_BEFORE_WRITE);
        assertThat(taken.waits().count()).isGreaterThanOrEqualTo(PAGES / 3);
        check("round " + round);
      }
    }
  }

  /** As a change of the technique afterwards would have everything read again. */
  @Test
  void aFirstOneThatIsWrittenAheadIsWrittenOnce() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = openAhead(options())) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      writeAll(memory, 1);
      Checkpoint taken = checkpoints.take().join();
      assertThat(ImageSet.open(directory).chainLength()).isEqualTo(2);
      assertThat(taken.rest()).as(taken.reason()).isEqualTo(Rest.COPIED_BEFORE_WRITE);
      assertThat(taken.technique()).isEqualTo("uffd");
      assertThat(taken.pagesWritten()).isZero();
      check("the first");
    }
  }

  /** What writers change is too much to copy, and only then is that known. */
  private CheckpointOptions toChangeTheTechnique(Runnable whileWritten) {
    return options()
        .withFrozenTarget(Duration.ofMillis(1))
        .withCopyBytes(LATE / 2 * PAGE)
        .withListener(
            new CheckpointListener() {
              private boolean told;

              @Override
              public void writing(long pages, long ofPages) {
                if (!told) {
                  told = true;
                  whileWritten.run();
                }
              }
            });
  }

  private Checkpoints openAhead(CheckpointOptions with) throws Exception {
    return Checkpoints.open(
        directory,
        with,
        FileLayers.of(directory),
        new Thresholds((long) PAGES * PAGE, Long.MAX_VALUE));
  }

  private void writeSome(MemorySegment memory, int pages, long stamp) {
    for (int page = 0; page < pages; page++) {
      write(memory, page, stamp);
    }
  }

  private static long pagesIn(Path store) throws IOException {
    long bytes = 0;
    for (Path set : new SetFolder(store).sets()) {
      bytes += Files.size(set.resolve("pages-1.img"));
    }
    return bytes / PAGE;
  }

  /** What was written ahead and is the same is not written again, nor are pages of zeros. */
  @Test
  void aFirstOneThatIsWrittenAheadIsWrittenOnceIfTheTechniqueChangesOnlyThen() throws Exception {
    AtomicReference<MemorySegment> segment = new AtomicReference<>();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            openAhead(toChangeTheTechnique(() -> writeSome(segment.get(), LATE, 2)))) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      segment.set(memory);
      for (int page = 0; page < PAGES; page++) {
        if (page % 10 != 0) {
          write(memory, page, 1);
        }
      }
      Checkpoint taken = checkpoints.take().join();
      assertThat(taken.rest()).as(taken.reason()).isEqualTo(Rest.COPIED_BEFORE_WRITE);
      assertThat(taken.technique()).isEqualTo("uffd");
      assertThat(taken.pagesWritten()).as("those that changed meanwhile").isEqualTo(LATE);
      assertThat(pagesIn(directory)).isEqualTo(PAGES - PAGES / 10 + LATE);
      check("the first");
    }
  }

  /** As it is where the technique changes later. */
  @Test
  void whatTheNewestOneHasIsNotWrittenAgainIfTheTechniqueChanges() throws Exception {
    oneAsItWas();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, toChangeTheTechnique(() -> {}))) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      writeSome(memory, LATE, 2);
      Checkpoint taken = checkpoints.take().join();
      assertThat(taken.rest()).as(taken.reason()).isEqualTo(Rest.COPIED_BEFORE_WRITE);
      assertThat(taken.technique()).isEqualTo("uffd");
      assertThat(taken.pagesWritten()).isEqualTo(LATE);
      check("the second");
    }
  }

  /** And a burst after that takes them to wait again, and for longer. */
  @Test
  void writersWaitNoLongerOnceLittleChanges() throws Exception {
    oneAsItWas();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, toChangeTheTechnique(() -> {}))) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      String usual = usualTechnique(checkpoints);
      long stamp = 2;
      for (int calm : new int[] {3, 6}) {
        writeSome(memory, LATE, stamp++);
        assertThat(checkpoints.take().join().technique()).isEqualTo("uffd");
        check("after a burst");
        for (int i = 1; i < calm; i++) {
          write(memory, 7 * i, stamp++);
          Checkpoint taken = checkpoints.take().join();
          assertThat(taken.technique()).as("calm checkpoint %d", i).isEqualTo("uffd");
          check("calm checkpoint " + i);
        }
        write(memory, 5, stamp++);
        Checkpoint taken = checkpoints.take().join();
        assertThat(taken.technique()).isEqualTo(usual);
        assertThat(taken.reason()).contains("so little changes", "technique " + usual);
        assertThat(taken.rest()).isEqualTo(Rest.COPIED_WHILE_STOPPED);
        assertThat(taken.pagesWritten()).as("what is as it was is not written").isEqualTo(1);
        check("the first without waiting writers");
        write(memory, 9, stamp++);
        taken = checkpoints.take().join();
        assertThat(taken.technique()).isEqualTo(usual);
        assertThat(taken.reason()).isEmpty();
        check("the next one");
      }
    }
  }

  /** The technique of a program that changes little, where its writers wait for nothing. */
  private static String usualTechnique(Checkpoints checkpoints) throws Exception {
    String usual = checkpoints.take().join().technique();
    assumeTrue(!usual.equals("uffd"), "writers wait here whatever changes");
    return usual;
  }

  /** Who wants writers never to wait for copying gets that, however little changes. */
  @Test
  void withATargetOfZeroWritersWaitForGood() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options())) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      for (int i = 1; i < 8; i++) {
        write(memory, i, i);
        assertThat(checkpoints.take().join().technique()).isEqualTo("uffd");
      }
    }
  }

  /** Bursts and calms of four writers, who write while the technique changes either way. */
  @Test
  void nothingIsLostWhileTheTechniqueChangesToAndFro() throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    AtomicInteger pages = new AtomicInteger(FEW / WRITERS);
    AtomicLong stores = new AtomicLong();
    oneAsItWas();
    CheckpointOptions with = toChangeTheTechnique(() -> {}).withLongestChain(1000);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, with)) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      String usual = usualTechnique(checkpoints);
      try (Writers writers =
          new Writers(
              seed,
              (own, random, stamp) -> {
                write(memory, random.nextInt(pages.get()) * WRITERS + own, stamp);
                stores.incrementAndGet();
              })) {
        for (int round = 0; round < 2; round++) {
          String what = "round %d, -Dooh.first-seed=%d".formatted(round, seed);
          pages.set(PAGES / WRITERS);
          long enough = stores.get() + 4 * PAGES; // that there is more than can be copied
          writers.await(() -> stores.get() >= enough);
          Checkpoint taken = checkpoints.take().join();
          assertThat(taken.technique()).as(what).isEqualTo("uffd");
          check(what);
          pages.set(FEW / WRITERS);
          for (int i = 0; i < 20 && !taken.technique().equals(usual); i++) {
            taken = checkpoints.take().join();
            check(what);
          }
          assertThat(taken.technique()).as(what).isEqualTo(usual);
        }
      }
    }
  }

  private void oneAsItWas() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      writeAll(checkpoints.segment("s", (long) PAGES * PAGE, arena), 1);
      Checkpoint _ = checkpoints.take().join();
    }
  }

  @Test
  void whatCannotBeReadAnyMoreIsWrittenAgain() throws Exception {
    oneAsItWas();
    Path pages = directory.resolve("set-000001").resolve("pages-1.img");
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, toChangeTheTechnique(() -> {}))) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      byte[] bytes = Files.readAllBytes(pages);
      bytes[(PAGES - 1) * PAGE] ^= 1;
      Files.write(pages, bytes);
      writeSome(memory, LATE, 2);
      Checkpoint taken = checkpoints.take().join();
      assertThat(taken.rest()).as(taken.reason()).isEqualTo(Rest.COPIED_BEFORE_WRITE);
      assertThat(taken.reason()).contains("everything is written again", pages.toString());
      assertThat(taken.pagesWritten()).isEqualTo(PAGES);
      check("the second");
    }
  }

  @Test
  void aLostSnapshotCostsItsCheckpointAndNoPage() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options())) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      writeAll(memory, 1);
      checkpoints.take().join();
      check("the first");
      writeAll(memory, 2);
      afterTheMoment =
          () ->
              ProcessHandle.current()
                  .children()
                  .filter(child -> child.info().command().orElse("").endsWith("java"))
                  .forEach(
                      monitor -> {
                        monitor.destroyForcibly();
                        monitor.onExit().join();
                      });
      assertThatThrownBy(() -> checkpoints.take().join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(IOException.class)
          .hasMessageContaining("snapshot");
      afterTheMoment = () -> {};
      Checkpoint next = checkpoints.take().join();
      assertThat(next.rest()).isEqualTo(Rest.COPIED_WHILE_STOPPED);
      assertThat(next.reason()).contains("lost the last time");
      check("after the lost one");
      writeAll(memory, 3);
      assertThat(checkpoints.take().join().rest()).isEqualTo(Rest.COPIED_BEFORE_WRITE);
      check("the last");
    }
  }

  /** The kernel forgets a page, and no fault tells. */
  @Test
  void aDiscardedPageIsInNoCheckpointAsItWasBefore() throws Exception {
    try (Arena arena = Arena.ofShared();
        LinuxCalls calls = new LinuxCalls();
        Checkpoints checkpoints = Checkpoints.open(directory, options())) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      writeAll(memory, 1);
      checkpoints.take().join();
      check("the first");
      writeAll(memory, 2);
      atTheMoment =
          () -> {
            try {
              calls.madvise(memory.address() + 5 * PAGE, PAGE, MADV_DONTNEED);
            } catch (CallException e) {
              throw new IllegalStateException(e);
            }
            shadow[5] = 0;
          };
      assertThatThrownBy(() -> checkpoints.take().join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(IOException.class)
          .hasMessageContaining("lost their protection");
      atTheMoment = () -> {};
      checkpoints.take().join();
      check("after the discard");
    }
  }

  @Test
  void aStandstillThatFailsToEndCostsItsCheckpointAlone() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options())) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      writeAll(memory, 1);
      afterTheMoment =
          () -> {
            throw new IllegalStateException("the program is broken");
          };
      assertThatThrownBy(checkpoints::take).hasMessage("the program is broken");
      afterTheMoment = () -> {};
      Checkpoint next = checkpoints.take().join();
      assertThat(next.rest()).as(next.reason()).isEqualTo(Rest.COPIED_BEFORE_WRITE);
      check("after the failed one");
    }
  }

  @Test
  void aFullDiskCostsItsCheckpointAndNoPage() throws Exception {
    FillingFiles files = new FillingFiles();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options(), files)) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      writeAll(memory, 1);
      files.room(PAGES / 2 * PAGE);
      assertThatThrownBy(() -> checkpoints.take().join()).hasMessageContaining("No space left");
      files.room(Long.MAX_VALUE);
      Checkpoint next = checkpoints.take().join();
      assertThat(next.rest()).as(next.reason()).isEqualTo(Rest.COPIED_BEFORE_WRITE);
      check("after the failed one");
    }
  }

  /** The kernel's synchronous userfaultfd takes no private mapping of a file. */
  @Test
  void whatIsMappedFromFilesIsNotWrittenAgainForASnapshotThatCannotBe() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options())) {
      writeAll(checkpoints.segment("s", (long) PAGES * PAGE, arena), 1);
      checkpoints.take().join();
    }
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            Checkpoints.openLazily(
                directory,
                options(),
                damage -> {
                  throw new AssertionError("no page was damaged", damage);
                })) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      write(memory, 7, 2);
      Checkpoint taken = checkpoints.take().join();
      assertThat(taken.rest()).isEqualTo(Rest.COPIED_WHILE_STOPPED);
      assertThat(taken.reason()).contains("mapped from files");
      assertThat(taken.pagesWritten()).isEqualTo(1);
      check("the restored one");
    }
  }

  @Test
  void aTechniqueThatWasAskedForStaysAndTheReasonIsTold() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options().withTechnique("procfs"))) {
      MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
      writeAll(memory, 1);
      Checkpoint taken = checkpoints.take().join();
      assertThat(taken.rest()).isEqualTo(Rest.COPIED_WHILE_STOPPED);
      assertThat(taken.technique()).isEqualTo("procfs");
      assertThat(taken.reason()).contains("procfs was asked for");
      check("the first");
    }
  }
}
