package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.reader.LazySet;
import dev.ooh.image.store.SetFolder;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs that go on before what they go on from was read. */
class LazyRestoreTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 1000;
  private static final CheckpointOptions OPTIONS =
      CheckpointOptions.defaults().withLongestChain(40);

  @TempDir private Path directory;

  private static void unexpected(IOException damage) {
    throw new AssertionError("no page was damaged", damage);
  }

  private static byte[] contents(MemorySegment segment) {
    return segment.toArray(JAVA_BYTE);
  }

  /** Stretches and single pages, some of zeros. */
  private static void mutate(MemorySegment segment, SplittableRandom random) {
    for (int i = 0; i < 12; i++) {
      long pages = random.nextInt(3) == 0 ? random.nextInt(1, 60) : 1;
      long first = random.nextLong(PAGES - pages);
      MemorySegment part = segment.asSlice(first * PAGE, pages * PAGE);
      if (random.nextInt(4) == 0) {
        part.fill((byte) 0);
      } else {
        for (long page = 0; page < pages; page++) {
          part.set(JAVA_LONG, page * PAGE + 8L * random.nextInt(PAGE / 8), random.nextLong());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 16})
  void aChainIsThereAtOnceAndGrows(int sets) throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    byte[] durable = new byte[0];
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, OPTIONS)) {
      MemorySegment segment = checkpoints.segment("s", PAGES * PAGE, arena);
      segment.asSlice(100 * PAGE, 800 * PAGE).fill((byte) 7);
      for (int i = 0; i < sets; i++) {
        mutate(segment, random);
        checkpoints.take().join();
        durable = contents(segment);
      }
    }
    for (int life = 0; life < 4; life++) {
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints =
              Checkpoints.openLazily(directory, OPTIONS, LazyRestoreTest::unexpected)) {
        assertThat(checkpoints.restored()).isTrue();
        MemorySegment segment = checkpoints.segment("s", PAGES * PAGE, arena);
        if (life % 2 == 0) {
          assertThat(contents(segment)).as("seed %d life %d", seed, life).isEqualTo(durable);
        }
        for (int i = 0; i < 2; i++) {
          mutate(segment, random);
          checkpoints.take().join();
          durable = contents(segment);
        }
        assertThat(checkpoints.verified()).as("seed %d life %d", seed, life).isCompleted();
      }
    }
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, OPTIONS)) {
      assertThat(contents(checkpoints.segment("s", PAGES * PAGE, arena)))
          .as("seed %d", seed)
          .isEqualTo(durable);
    }
  }

  private void fill(String... names) throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, OPTIONS)) {
      for (String name : names) {
        checkpoints.segment(name, PAGES * PAGE, arena).fill((byte) 5);
      }
      checkpoints.take().join();
    }
  }

  @Test
  void whatIsOnlyReadIsNotWrittenAgain() throws Exception {
    fill("s", "t");
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            Checkpoints.openLazily(directory, OPTIONS, LazyRestoreTest::unexpected)) {
      MemorySegment segment = checkpoints.segment("s", PAGES * PAGE, arena);
      assertThat(contents(segment)).containsOnly((byte) 5);
      segment.set(JAVA_BYTE, 3 * PAGE, (byte) 6);
      MemorySegment fresh = checkpoints.segment("fresh", 10 * PAGE, arena);
      fresh.fill((byte) 1);
      MemorySegment late = checkpoints.segment("t", PAGES * PAGE, arena);
      late.set(JAVA_BYTE, 4 * PAGE, (byte) 6);
      segment.set(JAVA_BYTE, 5 * PAGE, (byte) 6);
      assertThat(checkpoints.take().join().pagesWritten()).isEqualTo(13);
      assertThat(contents(late)[5 * PAGE]).isEqualTo((byte) 5);
      assertThat(checkpoints.take().join().pagesWritten()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pages-1.img", "ooh-digests.img"})
  void damageStopsTheProgramAndNoCheckpointIsTaken(String file) throws Exception {
    fill("s");
    Path damaged = directory.resolve("set-000001").resolve(file);
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[700 * 4 + 5] ^= 1;
    Files.write(damaged, bytes);
    CompletableFuture<IOException> told =
        new CompletableFuture<IOException>().orTimeout(1, TimeUnit.MINUTES);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.openLazily(directory, OPTIONS, told::complete)) {
      MemorySegment segment = checkpoints.segment("s", PAGES * PAGE, arena);
      segment.set(JAVA_BYTE, 900 * PAGE, (byte) 6);
      assertThat(told.join()).hasMessageContaining(file + " at offset ");
      assertThatThrownBy(() -> checkpoints.verified().join())
          .isInstanceOf(CompletionException.class)
          .cause()
          .isEqualTo(told.join());
      assertThatThrownBy(checkpoints::take)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("no checkpoint is taken, as what the program goes on from")
          .hasMessageContaining(file + " at offset ");
    }
    assertThat(new SetFolder(directory).sets()).hasSize(1);
  }

  @Test
  void damageOfWhatSaysWhereAPageIsIsFoundAtOnce() throws Exception {
    fill("s");
    Path pagemap;
    try (var files = Files.list(directory.resolve("set-000001"))) {
      pagemap = files.filter(it -> it.toString().contains("pagemap-")).findAny().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(pagemap);
    bytes[bytes.length - 1] ^= 1;
    Files.write(pagemap, bytes);
    assertThatThrownBy(
            () -> Checkpoints.openLazily(directory, OPTIONS, LazyRestoreTest::unexpected))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(pagemap + " at offset 0: found CRC32C");
  }

  @Test
  void setsThatAreMappedMayBeFoldedAndRemoved() throws Exception {
    fill("s");
    CheckpointOptions folding = OPTIONS.withLongestChain(1);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            Checkpoints.openLazily(directory, folding, LazyRestoreTest::unexpected)) {
      MemorySegment segment = checkpoints.segment("s", PAGES * PAGE, arena);
      segment.set(JAVA_BYTE, 0, (byte) 6);
      checkpoints.take().join(); // folds when it is durable
      checkpoints.close();
      assertThat(directory.resolve("set-000001")).doesNotExist();
      assertThat(contents(segment.asSlice(PAGE))).containsOnly((byte) 5);
    }
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            Checkpoints.openLazily(directory, folding, LazyRestoreTest::unexpected)) {
      byte[] found = contents(checkpoints.segment("s", PAGES * PAGE, arena));
      assertThat(found[0]).isEqualTo((byte) 6);
      assertThat(found[PAGES * PAGE - 1]).isEqualTo((byte) 5);
      checkpoints.close();
      assertThatThrownBy(checkpoints::take).hasMessageContaining("closed");
    }
  }

  @Test
  void whatIsNotThereAnyMoreIsNoDamageToWhomHasGivenUp() throws Exception {
    fill("s");
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<IOException> told = new AtomicReference<>();
    Verification verification = new Verification(LazySet.open(directory));
    List<Thread> threads = new ArrayList<>();
    verification.start(
        action -> {
          Thread thread =
              Thread.ofPlatform()
                  .unstarted(
                      () -> {
                        awaitOrFail(go);
                        action.run();
                      });
          threads.add(thread);
          return thread;
        },
        told::set);
    verification.abandon();
    removeSets();
    go.countDown();
    threads.getFirst().join();
    assertThat(told.get()).isNull();
    assertThatThrownBy(verification::await).isInstanceOf(CancellationException.class);
  }

  private static void awaitOrFail(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void removeSets() throws IOException {
    for (Path set : new SetFolder(directory).sets()) {
      try (var files = Files.list(set)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(set);
    }
  }

  @Test
  void nothingIsReadAnyMoreWhenItIsClosed() throws Exception {
    fill("s", "t");
    Checkpoints checkpoints =
        Checkpoints.openLazily(directory, OPTIONS, LazyRestoreTest::unexpected);
    checkpoints.close();
    assertThat(checkpoints.verified().isDone()).isTrue();
    removeSets();
  }

  /** Its end waits for what is read, not for the handler, who may be who ends it. */
  @Test
  void theHandlerMayCloseIt() throws Exception {
    fill("s");
    Path damaged = directory.resolve("set-000001/pages-1.img");
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[PAGE] ^= 1;
    Files.write(damaged, bytes);
    CompletableFuture<Checkpoints> opened = new CompletableFuture<>();
    CompletableFuture<Void> closed = new CompletableFuture<Void>().orTimeout(1, TimeUnit.MINUTES);
    opened.complete(
        Checkpoints.openLazily(
            directory,
            OPTIONS,
            damage -> {
              try {
                opened.join().close();
                closed.complete(null);
              } catch (IOException | RuntimeException e) {
                closed.completeExceptionally(e);
              }
            }));
    closed.join();
  }

  @Test
  void aTechniqueThatIsNotThereIsNamedByTheFirstCheckpoint() throws Exception {
    fill("s");
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            Checkpoints.openLazily(
                directory, OPTIONS.withTechnique("guesswork"), LazyRestoreTest::unexpected)) {
      MemorySegment segment = checkpoints.segment("s", PAGES * PAGE, arena);
      segment.set(JAVA_BYTE, 0, (byte) 6);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(checkpoints::take)
            .isInstanceOf(IOException.class)
            .hasMessageStartingWith("no checkpoint is taken, as nothing tells what changes: ")
            .hasMessageContaining("guesswork");
      }
    }
    assertThat(new SetFolder(directory).sets()).hasSize(1);
  }

  @Test
  void withNothingToRestoreItIsAsAnyOther() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            Checkpoints.openLazily(directory, OPTIONS, LazyRestoreTest::unexpected)) {
      assertThat(checkpoints.restored()).isFalse();
      assertThat(checkpoints.verified()).isCompleted();
      checkpoints.segment("s", PAGE, arena).set(JAVA_LONG, 0, 3);
      assertThat(checkpoints.take().join().pagesWritten()).isEqualTo(1);
    }
  }
}
