package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.ooh.image.store.SetFolder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints whose pages are compressed, before and after others. */
class CompressionTest {
  private static final int BYTES = 4 << 20;
  private static final CheckpointOptions PLAIN = CheckpointOptions.defaults().withLongestChain(3);

  @TempDir private Path directory;
  private final long seed = Long.getLong("ooh.first-seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);
  private byte[] wanted = {};

  private void live(CheckpointOptions options, boolean lazily, int steps) throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            lazily
                ? Checkpoints.openLazily(directory, options, damage -> fail(damage))
                : Checkpoints.open(directory, options)) {
      MemorySegment memory = checkpoints.segment("memory", BYTES, arena);
      if (wanted.length > 0) {
        assertThat(memory.toArray(JAVA_BYTE)).as("seed %d", seed).isEqualTo(wanted);
      }
      for (int step = 0; step < steps; step++) {
        for (int i = 0; i < 30; i++) {
          long at = random.nextLong(BYTES - 20_000);
          memory.asSlice(at, random.nextInt(20_000)).fill((byte) random.nextInt());
        }
        wanted = memory.toArray(JAVA_BYTE);
        Checkpoint _ = checkpoints.take().join();
        // Until then a flat image is made, which closing would end.
        assertThatThrownBy(() -> checkpoints.forget("nothing"))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void areRestoredWhateverTheOtherSetsAre() throws Exception {
    CheckpointOptions compressed = PLAIN.withCompression();
    live(compressed, false, 2);
    List<Path> sets = new SetFolder(directory).sets();
    assertThat(sets).hasSize(2).allMatch(set -> set.toString().endsWith(".lz4"));
    assertThat(Files.size(sets.getFirst().resolve("pages-1.img"))).isLessThan(BYTES / 20);
    live(PLAIN, true, 1);
    assertThat(directory.resolve(".flat")).isDirectory();
    live(PLAIN, true, 1); // by that
    live(compressed, true, 4); // folded on the way
    live(PLAIN, false, 1);
    live(compressed, true, 1);
    live(PLAIN, false, 0);
    assertThat(directory.resolve(".flat")).doesNotExist();
  }
}
