package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a program says of its checkpoints. */
@Timeout(300)
class MetadataTest {
  private static final int PAGE = 4096;

  @TempDir private Path directory;

  @Test
  void isOfTheCheckpointThatIsRestored() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      checkpoints.segment("s", PAGE, arena).set(JAVA_LONG, 0, 1);
      assertThat(checkpoints.metadata()).isEmpty();
      checkpoints.take(Map.of("offset", "17")).join();
      checkpoints.take(Map.of("offset", "18", "Ümlaut", "\uD83D\uDE00")).join();
      assertThat(checkpoints.metadata()).isEmpty();
    }
    Map<String, String> expected = Map.of("offset", "18", "Ümlaut", "\uD83D\uDE00");
    try (Checkpoints checkpoints = Checkpoints.open(directory)) {
      assertThat(checkpoints.metadata()).isEqualTo(expected);
    }
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            Checkpoints.openLazily(directory, CheckpointOptions.defaults(), damage -> {})) {
      assertThat(checkpoints.metadata()).isEqualTo(expected);
      checkpoints.segment("s", PAGE, arena);
      checkpoints.take().join();
    }
    try (Checkpoints checkpoints = Checkpoints.open(directory)) {
      assertThat(checkpoints.metadata()).isEmpty();
    }
  }

  @Test
  void staysWhenTheChainIsFolded() throws Exception {
    CheckpointOptions options = CheckpointOptions.defaults().withLongestChain(2);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options)) {
      MemorySegment segment = checkpoints.segment("s", PAGE, arena);
      for (int i = 0; i < 7; i++) {
        segment.set(JAVA_LONG, 0, i);
        checkpoints.take(Map.of("i", "" + i)).join();
      }
    }
    try (Checkpoints checkpoints = Checkpoints.open(directory)) {
      assertThat(checkpoints.metadata()).isEqualTo(Map.of("i", "6"));
    }
  }

  @Test
  void isAskedForWhileWritersStandStill() throws Exception {
    AtomicBoolean still = new AtomicBoolean();
    AtomicLong asked = new AtomicLong();
    CountDownLatch taken = new CountDownLatch(2);
    CheckpointOptions options =
        CheckpointOptions.defaults()
            .withStandstill(
                () -> {
                  still.set(true);
                  return () -> still.set(false);
                })
            .withListener(
                new CheckpointListener() {
                  @Override
                  public void taken(Checkpoint checkpoint) {
                    taken.countDown();
                  }
                });
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options)) {
      checkpoints.segment("s", PAGE, arena).set(JAVA_LONG, 0, 1);
      checkpoints.takeEvery(
          Duration.ofMillis(1), () -> Map.of(asked.incrementAndGet() + "", "" + still.get()));
      taken.await();
    }
    try (Checkpoints checkpoints = Checkpoints.open(directory)) {
      assertThat(checkpoints.metadata()).isEqualTo(Map.of(asked + "", "true"));
    }
  }

  @Test
  void tooMuchAndWhatIsNoTextIsRefused() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      MemorySegment segment = checkpoints.segment("s", PAGE, arena);
      segment.set(JAVA_LONG, 0, 1);
      assertThatThrownBy(() -> checkpoints.take(Map.of("k", "x".repeat(1 << 16))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("metadata: found 65537 bytes, wanted 65536 or less");
      assertThatThrownBy(() -> checkpoints.take(() -> Map.of("k", "\uD83D")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("half a character");
      assertThat(checkpoints.take(Map.of("k", "x".repeat((1 << 16) - 1))).join().pagesWritten())
          .isEqualTo(1);
    }
  }
}
