package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.LazySet;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
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
        FEW);
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
    return LazySet.openLocked(directory).isFlat();
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
      flat += life > 0 && isFlat() ? 1 : 0;
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints = open(options.withLongestChain(longestChain))) {
        MemorySegment segment = segment(checkpoints, arena);
        assertThat(segment.toArray(JAVA_BYTE)).as("seed %d life %d", seed, life).isEqualTo(durable);
        for (int i = random.nextInt(1, 5); i > 0; i--) {
          mutate(segment, random);
          checkpoints.take().join();
          durable = segment.toArray(JAVA_BYTE);
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
    Files.write(file(), bytes);
    CompletableFuture<IOException> told =
        new CompletableFuture<IOException>().orTimeout(1, TimeUnit.MINUTES);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.openLazily(directory, options, told::complete, FEW)) {
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
  @ValueSource(ints = {0, 4, 8, 12, 20, 24})
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
    assertThat(failures).isNotEmpty();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      assertThat(segment(checkpoints, arena).toArray(JAVA_BYTE)).isEqualTo(then);
    }
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
    }
    assertThat(isFlat()).isTrue();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open()) {
      assertThat(segment(checkpoints, arena).toArray(JAVA_BYTE)).isEqualTo(before);
      assertThat(checkpoints.segment("t", 20 * PAGE, arena).toArray(JAVA_BYTE))
          .containsOnly((byte) 7);
    }
  }
}
