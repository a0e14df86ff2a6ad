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
  private static final int LIVES = 5;

  /** Of each life; every other one has room for so many bytes at most. */
  private static final int STEPS = 4;

  private static final int MOST_ROOM = 120_000;

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

  /**
   * Lives in which some checkpoints find no room; the next one must begin with the last durable.
   */
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
      long durable = 0;
      for (int life = 0; life < LIVES; life++) {
        try (Arena arena = Arena.ofShared();
            Checkpoints checkpoints = Checkpoints.open(directory, options, files)) {
          MemorySegment memory = checkpoints.segment(Story.NAME, Story.BYTES, arena);
          assertThat(memory.toArray(JAVA_BYTE))
              .as("seed %d time %d life %d", seed, time, life)
              .isEqualTo(Story.after(seed, durable));
          for (int step = 0; step < STEPS; step++) {
            Story.step(seed, memory);
            files.room(step % 2 == 1 ? random.nextLong(MOST_ROOM) : Long.MAX_VALUE);
            try {
              checkpoints.take().join();
              durable = Story.steps(memory);
            } catch (IOException | CompletionException e) {
              failures++;
              assertThat(e).hasMessageContaining("No space left on device");
            }
          }
        }
        files.room(Long.MAX_VALUE);
      }
      assertThat(durable).isPositive();
    }
    assertThat(failures).as("seed %d", seed).isGreaterThan(times);
  }
}
