package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.reader.FlatImage;
import dev.ooh.image.reader.LazySet;
import dev.ooh.image.store.SetFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs whose sets are scattered, and that go on from one file all the same. */
class FlatRestoreTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 300;
  private static final Thresholds FEW = new Thresholds(Long.MAX_VALUE, 3);

  @TempDir private Path directory;
  private final List<Exception> failures = new ArrayList<>();
  private final FlatFiles files = new FlatFiles();

  private final CheckpointOptions options =
      CheckpointOptions.defaults()
          .withLongestChain(40)
          .withListener(
              new CheckpointListener() {
                @Override
                public void failed(Exception reason) {
                  failures.add(reason);
                }
              });

  private Checkpoints open() throws Exception {
    return open(options);
  }

  private Checkpoints open(CheckpointOptions with) throws Exception {
    return Checkpoints.openLazily(
        directory,
        with,
        damage -> {
          throw new AssertionError("no page was damaged", damage);
        },
        files,
        FEW);
  }

  /** Until then a flat image is made, which closing would end. */
  private static void awaitWriter(Checkpoints checkpoints) {
    assertThatThrownBy(() -> checkpoints.forget("nothing"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static MemorySegment segment(Checkpoints checkpoints, Arena arena) throws Exception {
    return checkpoints.segment("s", PAGES * PAGE, arena);
  }

  private static void mutate(MemorySegment segment, SplittableRandom random) {
    for (int i = 0; i < 6; i++) {
      MemorySegment page = segment.asSlice(random.nextLong(PAGES) * PAGE, PAGE);
      if (random.nextInt(4) == 0) {
        page.fill((byte) 0);
      } else {
        page.set(JAVA_LONG, 8L * random.nextInt(PAGE / 8), random.nextLong());
      }
    }
  }

  private boolean isFlat() throws IOException {
    return LazySet.openLocked(directory, files).isFlat();
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve(".flat"))) {
      return files
          .filter(it -> it.getFileName().toString().startsWith("pages-"))
          .findAny()
          .orElseThrow();
    }
  }

  /** Two scattered sets on a full one. */
  private byte[] scatter() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      MemorySegment segment = segment(checkpoints, arena);
      segment.fill((byte) 1);
      for (int i = 0; i < 3; i++) {
        for (long page = i; page < PAGES; page += 50) {
          segment.set(JAVA_LONG, page * PAGE, i);
        }
        checkpoints.take().join();
      }
      awaitWriter(checkpoints);
      checkpoints.close();
      assertThat(isFlat()).isTrue();
      return segment.toArray(JAVA_BYTE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 3})
  void livesAgreeWithAModel(int longestChain) throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    byte[] durable = new byte[PAGES * PAGE];
    int flat = 0;
    for (int life = 0; life < 8; life++) {
      flat += life > 0 && LazySet.openLocked(directory, files).isOnFlat() ? 1 : 0;
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints = open(options.withLongestChain(longestChain))) {
        MemorySegment segment = segment(checkpoints, arena);
        assertThat(segment.toArray(JAVA_BYTE)).as("seed %d life %d", seed, life).isEqualTo(durable);
        // One flat image at least: of two sets, which is no chain to be folded.
        for (int i = life == 0 ? 2 : random.nextInt(1, 5); i > 0; i--) {
          mutate(segment, random);
          checkpoints.take().join();
          durable = segment.toArray(JAVA_BYTE);
        }
        if (life == 0 || random.nextBoolean()) {
          awaitWriter(checkpoints);
        }
        mutate(segment, random);
      }
    }
    assertThat(failures).as("seed %d", seed).isEmpty();
    assertThat(flat).as("seed %d", seed).isPositive();
  }

  @Test
  void whatIsMappedStaysWhateverComesLater() throws Exception {
    byte[] before = scatter();
    try (Arena arena = Arena.ofShared()) {
      MemorySegment still;
      try (Checkpoints checkpoints = open()) {
        still = segment(checkpoints, arena);
      }
      try (Arena other = Arena.ofShared();
          Checkpoints checkpoints = open()) {
        MemorySegment segment = segment(checkpoints, other);
        for (int i = 2; i < 4; i++) {
          segment.fill((byte) i);
          checkpoints.take().join();
        }
      }
      assertThat(still.toArray(JAVA_BYTE)).isEqualTo(before);
    }
  }

  @Test
  void damageStopsTheProgramAndTheNextOneTakesTheSets() throws Exception {
    byte[] before = scatter();
    byte[] bytes = Files.readAllBytes(file());
    bytes[17 * PAGE + 5] ^= 1;
    FileTime then = Files.getLastModifiedTime(file());
    Files.write(file(), bytes);
    Files.setLastModifiedTime(file(), then); // what a disk does to a page changes no time
    CompletableFuture<IOException> told =
        new CompletableFuture<IOException>().orTimeout(1, TimeUnit.MINUTES);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            Checkpoints.openLazily(directory, options, told::complete, files, FEW)) {
      MemorySegment _ = segment(checkpoints, arena);
      assertThat(told.join()).hasMessageContaining(file() + " at offset " + 17 * PAGE);
      assertThatThrownBy(checkpoints::take).isInstanceOf(IOException.class);
    }
    assertThat(isFlat()).isFalse();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      assertThat(segment(checkpoints, arena).toArray(JAVA_BYTE)).isEqualTo(before);
      checkpoints.take().join();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 8, 12, 20, 28, 36, 40})
  void aStateThatIsNotWholeIsNone(int at) throws Exception {
    byte[] before = scatter();
    Path state = directory.resolve(".flat").resolve("state");
    byte[] bytes = Files.readAllBytes(state);
    if (at < bytes.length) {
      bytes[at] ^= 1;
      Files.write(state, bytes);
    } else {
      Files.write(file(), new byte[PAGE]); // fewer pages than memory has
    }
    assertThat(isFlat()).isFalse();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      assertThat(segment(checkpoints, arena).toArray(JAVA_BYTE)).isEqualTo(before);
    }
  }

  @Test
  void whoReadsEverythingFirstLeavesNoneOfAnOldSet() throws Exception {
    byte[] _ = scatter();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options)) {
      MemorySegment segment = segment(checkpoints, arena);
      assertThat(isFlat()).isTrue();
      segment.set(JAVA_LONG, 0, 9);
      checkpoints.take().join();
    }
    assertThat(directory.resolve(".flat")).doesNotExist();
  }

  @Test
  void oneThatCannotBeMadeCostsNoCheckpoint() throws Exception {
    Files.write(directory.resolve(".flat"), new byte[] {1});
    byte[] then;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      MemorySegment segment = segment(checkpoints, arena);
      for (int i = 0; i < 4; i++) {
        for (long page = i; page < PAGES; page += 50) {
          segment.set(JAVA_LONG, page * PAGE, i + 1);
        }
        checkpoints.take().join();
      }
      then = segment.toArray(JAVA_BYTE);
    }
    assertThat(failures)
        .singleElement()
        .satisfies(it -> assertThat(it).hasMessageEndingWith("the next lazy start takes the sets"));
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      assertThat(segment(checkpoints, arena).toArray(JAVA_BYTE)).isEqualTo(then);
    }
  }

  /** Changes one page in a run of its own after another, a checkpoint each. */
  private static void change(Checkpoints checkpoints, MemorySegment segment, int times)
      throws Exception {
    for (int i = 0; i < times; i++) {
      for (long page = i; page < PAGES; page += 50) {
        segment.set(JAVA_LONG, page * PAGE, 100 + i);
      }
      checkpoints.take().join();
    }
  }

  private void checkRestored(byte[] wanted) throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      assertThat(segment(checkpoints, arena).toArray(JAVA_BYTE)).isEqualTo(wanted);
      checkpoints.verified().join();
    }
  }

  /** A write that fails would fail again, after as much was written again. */
  @Test
  void aFullDiskIsToldOnceAndLeavesNothing() throws Exception {
    byte[] then;
    files.writes = 2;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      MemorySegment segment = segment(checkpoints, arena);
      segment.fill((byte) 1);
      change(checkpoints, segment, 6);
      awaitWriter(checkpoints);
      then = segment.toArray(JAVA_BYTE);
    }
    assertThat(files.created).isEqualTo(1);
    assertThat(failures)
        .singleElement()
        .satisfies(
            it ->
                assertThat(it)
                    .hasMessageMatching(
                        directory
                            + "/.flat/pages-.*: write failed: No space left on device;"
                            + " the next lazy start takes the sets"));
    assertThat(directory.resolve(".flat")).doesNotExist();
    checkRestored(then);
  }

  /** When the first checkpoint after that is added to it. */
  @Test
  void aDiskThatIsFullLaterLeavesNothingEither() throws Exception {
    byte[] then;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      MemorySegment segment = segment(checkpoints, arena);
      segment.fill((byte) 1);
      change(checkpoints, segment, 3);
      awaitWriter(checkpoints);
      assertThat(isFlat()).isTrue();
      files.writes = 0;
      change(checkpoints, segment, 5);
      awaitWriter(checkpoints);
      then = segment.toArray(JAVA_BYTE);
    }
    assertThat(files.created).isEqualTo(1);
    assertThat(failures).hasSize(1);
    assertThat(directory.resolve(".flat")).doesNotExist();
    checkRestored(then);
  }

  @Test
  void whatWouldFillTheDiskIsNotBegun() throws Exception {
    files.usable = FlatImage.ROOM_LEFT;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      MemorySegment segment = segment(checkpoints, arena);
      segment.fill((byte) 1);
      change(checkpoints, segment, 6);
      awaitWriter(checkpoints);
    }
    assertThat(files.created).isZero();
    assertThat(failures)
        .singleElement()
        .satisfies(
            it ->
                assertThat(it)
                    .hasMessageContaining(
                        "found room for %d bytes, wanted %d"
                            .formatted(
                                FlatImage.ROOM_LEFT, FlatImage.ROOM_LEFT + (long) PAGES * PAGE)));
  }

  /** There is a flat image then, a change, and no room for that. */
  private void fillTheDisk(Checkpoints checkpoints, MemorySegment segment) throws Exception {
    segment.fill((byte) 1);
    change(checkpoints, segment, 3);
    awaitWriter(checkpoints);
    assertThat(isFlat()).isTrue();
    files.usable = 0;
    files.setsFail = true;
    segment.set(JAVA_LONG, 0, 55);
  }

  @Test
  void aCheckpointThatFindsNoRoomGetsThatOfTheFlatImage() throws Exception {
    byte[] then;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      MemorySegment segment = segment(checkpoints, arena);
      fillTheDisk(checkpoints, segment);
      assertThatThrownBy(() -> checkpoints.take().join())
          .hasMessageContaining("No space left on device");
      assertThat(directory.resolve(".flat")).doesNotExist();
      files.setsFail = false;
      checkpoints.take().join();
      then = segment.toArray(JAVA_BYTE);
    }
    checkRestored(then);
  }

  /** What there is no room to copy is written before {@code take} returns, and fails there. */
  @Test
  void andSoDoesOneThatIsWrittenWhileWritersStandStill() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open(options.withCopyBytes(0))) {
      MemorySegment segment = segment(checkpoints, arena);
      fillTheDisk(checkpoints, segment);
      assertThatThrownBy(checkpoints::take).hasMessageContaining("No space left on device");
      assertThat(directory.resolve(".flat")).doesNotExist();
      files.setsFail = false;
      checkpoints.take().join();
    }
    assertThat(failures).isEmpty();
  }

  /** The one before stands for its set until there is another. */
  @Test
  void whoClosesAtOnceWaitsForNoneToBeMadeAndLosesNone() throws Exception {
    byte[] _ = scatter();
    byte[] then;
    Path before = file();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      MemorySegment segment = segment(checkpoints, arena);
      segment.set(JAVA_LONG, 7 * PAGE, 77);
      checkpoints.verified().join();
      CountDownLatch begun = new CountDownLatch(1);
      Thread closing = Thread.ofPlatform().unstarted(() -> close(checkpoints));
      files.beforeWrite =
          () -> {
            files.beforeWrite = () -> {};
            closing.start();
            begun.countDown();
            while (closing.getState() != Thread.State.WAITING) { // for this very thread
              Thread.yield();
            }
          };
      checkpoints.take().join();
      begun.await();
      closing.join();
      then = segment.toArray(JAVA_BYTE);
    }
    assertThat(failures).isEmpty();
    assertThat(file()).isEqualTo(before);
    assertThat(LazySet.openLocked(directory, files).isOnFlat()).isTrue();
    assertThat(isFlat()).isFalse();
    checkRestored(then);
  }

  private static void close(Checkpoints checkpoints) {
    try {
      checkpoints.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aFoldThatFailsToRenameItPrunesAllTheSame() throws Exception {
    byte[] then;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open(options.withLongestChain(3))) {
      MemorySegment segment = segment(checkpoints, arena);
      segment.fill((byte) 1);
      change(checkpoints, segment, 3);
      awaitWriter(checkpoints);
      assertThat(isFlat()).isTrue();
      files.statesLeft = 1; // one more set follows, and the fold is not told of
      segment.set(JAVA_LONG, 0, 55);
      checkpoints.take().join();
      then = segment.toArray(JAVA_BYTE);
    }
    assertThat(failures).hasSize(1);
    assertThat(new SetFolder(directory).sets()).hasSize(1);
    assertThat(directory.resolve(".flat")).doesNotExist();
    checkRestored(then);
  }

  @Test
  void noneIsKeptWhereNoneIsWanted() throws Exception {
    byte[] _ = scatter();
    byte[] then;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open(options.withoutFlatImage())) {
      MemorySegment segment = segment(checkpoints, arena);
      change(checkpoints, segment, 3);
      awaitWriter(checkpoints);
      then = segment.toArray(JAVA_BYTE);
    }
    assertThat(directory.resolve(".flat")).doesNotExist();
    checkRestored(then);
  }

  /** It may have been made while the file was written to. */
  @Test
  void aCopyOfTheFileIsNone() throws Exception {
    byte[] _ = scatter();
    Path original = file();
    FileTime then = Files.getLastModifiedTime(original);
    Path copy = Files.copy(original, directory.resolve("copy"));
    Files.setLastModifiedTime(copy, then);
    Files.move(copy, original, StandardCopyOption.REPLACE_EXISTING);
    assertThat(isFlat()).isFalse();
  }

  /** A link has it as it is written later, and the state of before. */
  @Test
  void oneThatChangedSinceItsStateIsNone() throws Exception {
    byte[] _ = scatter();
    Files.setLastModifiedTime(file(), FileTime.fromMillis(1));
    assertThat(isFlat()).isFalse();
  }

  /** Segments come and go: the file is made anew, as its regions are others. */
  @Test
  void otherSegmentsAreInAnotherFile() throws Exception {
    byte[] before = scatter();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      assertThat(segment(checkpoints, arena).toArray(JAVA_BYTE)).isEqualTo(before);
      checkpoints.take().join();
      checkpoints.segment("t", 20 * PAGE, arena).fill((byte) 7);
      checkpoints.take().join();
      awaitWriter(checkpoints);
    }
    assertThat(isFlat()).isTrue();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      assertThat(segment(checkpoints, arena).toArray(JAVA_BYTE)).isEqualTo(before);
      assertThat(checkpoints.segment("t", 20 * PAGE, arena).toArray(JAVA_BYTE))
          .containsOnly((byte) 7);
    }
  }

  /** A set that is the latest all the same, as its name was made durable no more. */
  @Test
  void aFoldOfASetThatFailedIsNotWhatTheFlatImageHas() throws Exception {
    HeldFiles folds = HeldFiles.folds();
    FailingFiles failing = new FailingFiles(folds);
    byte[] expected;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            Checkpoints.openLazily(
                directory, options.withLongestChain(3), damage -> {}, failing, FEW)) {
      MemorySegment segment = segment(checkpoints, arena);
      segment.fill((byte) 1);
      checkpoints.take().join();
      for (int i = 0; i < 3; i++) {
        for (int page = 0; page < PAGES; page += 50) {
          segment.set(JAVA_LONG, (long) page * PAGE, i + 2);
        }
        checkpoints.take().join();
        awaitWriter(checkpoints);
      }
      assertThat(isFlat()).isTrue();
      folds.begun.await();
      segment.set(JAVA_LONG, 10 * PAGE, 7);
      segment.asSlice(20 * PAGE, PAGE).fill((byte) 0);
      failing.failAfter(6); // the last one: its link is there, and was not made durable
      assertThatThrownBy(checkpoints.take()::join).hasMessageContaining("syncing failed");
      folds.mayGoOn.countDown();
      expected = segment.toArray(JAVA_BYTE);
    }
    assertThat(failures).hasSize(1);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      MemorySegment segment = segment(checkpoints, arena);
      checkpoints.verified().join();
      assertThat(segment.toArray(JAVA_BYTE)).isEqualTo(expected);
    }
  }
}
