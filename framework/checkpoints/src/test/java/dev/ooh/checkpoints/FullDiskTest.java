package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full at any byte costs the checkpoint that is being written, and no other. */
class FullDiskTest {
  private static final int FEW = 6;
  private static final int MANY = 200;
  private static final int STEPS = 12;

  @TempDir private Path temporary;

  @Test
  void theOneBeforeIsThere() throws Exception {
    fillTheDisk(FEW);
  }

  @Test
  @Tag("soak")
  void theOneBeforeIsThereEachTime() throws Exception {
    fillTheDisk(MANY);
  }

  private void fillTheDisk(int times) throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    int failures = 0;
    for (int time = 0; time < times; time++) {
      Path directory = temporary.resolve("disk-" + time);
      FillingFiles files = new FillingFiles();
      boolean copies = random.nextBoolean();
      CheckpointOptions options =
          CheckpointOptions.defaults().withLongestChain(4).withCopyBytes(copies ? 64 << 20 : 0);
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints = Checkpoints.open(directory, options, files)) {
        MemorySegment memory = checkpoints.segment(Story.NAME, Story.BYTES, arena);
        long durable = 0;
        for (int step = 0; step < STEPS; step++) {
          Story.step(seed, memory);
          files.room(step % 3 == 2 ? random.nextLong(120_000) : Long.MAX_VALUE);
          try {
            checkpoints.take().join();
            durable = Story.steps(memory);
          } catch (IOException | CompletionException e) {
            failures++;
            assertThat(e).hasMessageContaining("No space left on device");
          }
        }
        assertThat(durable).isPositive();
        files.room(Long.MAX_VALUE);
        checkpoints.take().join(); // has what the failed ones were to have
      }
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints = Checkpoints.open(directory, options, files)) {
        MemorySegment memory = checkpoints.segment(Story.NAME, Story.BYTES, arena);
        assertThat(memory.toArray(JAVA_BYTE))
            .as("seed %d time %d", seed, time)
            .isEqualTo(Story.after(seed, STEPS));
        Story.step(seed, memory);
        files.room(random.nextLong(5000));
        try {
          checkpoints.take().join();
        } catch (IOException | CompletionException e) {
          failures++;
        }
      }
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints = Checkpoints.open(directory)) {
        MemorySegment memory = checkpoints.segment(Story.NAME, Story.BYTES, arena);
        assertThat(memory.toArray(JAVA_BYTE))
            .as("seed %d time %d", seed, time)
            .isEqualTo(Story.after(seed, Story.steps(memory)));
        assertThat(Story.steps(memory)).isBetween((long) STEPS, STEPS + 1L);
      }
    }
    assertThat(failures).as("seed %d", seed).isGreaterThan(times);
  }
}
