package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.SetFolder;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the power takes, the newest checkpoint that was called durable is there. */
class PowerLossTest {
  private static final int STEPS = 6;

  /** Made by the program itself. */
  private static final String DIRECTORY = "of/checkpoints";

  @TempDir private Path temporary;

  /** How checkpoints are written. */
  private enum Way {
    STANDING_STILL,
    AHEAD {
      @Override
      CheckpointOptions of(CheckpointOptions options) {
        return options.withStandstill(() -> () -> {});
      }
    },
    COMPRESSED {
      @Override
      CheckpointOptions of(CheckpointOptions options) {
        return options.withCompression();
      }
    };

    CheckpointOptions of(CheckpointOptions options) {
      return options;
    }
  }

  @ParameterizedTest
  @EnumSource
  void theLastDurableCheckpointIsThereAtMomentsOfAllKinds(Way way) throws Exception {
    theLastDurableCheckpointIsThere(way, Moments.SOME);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("soak")
  void theLastDurableCheckpointIsThereAtEveryMoment(Way way) throws Exception {
    theLastDurableCheckpointIsThere(way, 1);
  }

  private void theLastDurableCheckpointIsThere(Way way, int oneIn) throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    Path top = Files.createDirectory(temporary.resolve("top"));
    RecordedFiles files = new RecordedFiles(Files.createDirectory(temporary.resolve("kept")));
    List<Integer> durableAt = new ArrayList<>();
    CheckpointOptions options = way.of(CheckpointOptions.defaults().withLongestChain(3));
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            Checkpoints.open(
                top.resolve(DIRECTORY), options, files, new Thresholds(0, Long.MAX_VALUE))) {
      MemorySegment memory = checkpoints.segment(Story.NAME, Story.BYTES, arena);
      for (int step = 0; step < STEPS; step++) {
        Story.step(seed, memory);
        checkpoints.take().join();
        durableAt.add(files.changes().size());
      }
    }
    List<RecordedFiles.Change> changes = files.changes();
    SplittableRandom random = new SplittableRandom(seed);
    for (int moment : Moments.of(changes.size(), oneIn, random)) {
      long durable = durableAt.stream().filter(below(moment)).count();
      Path state = temporary.resolve("state");
      PowerLoss.leave(top, changes.subList(0, moment), state, random);
      long steps = restored(seed, moment, state.resolve(DIRECTORY));
      assertThat(steps).as("seed %d moment %d", seed, moment).isGreaterThanOrEqualTo(durable);
      PowerLoss.remove(state);
    }
  }

  private static java.util.function.Predicate<Integer> below(int moment) {
    return at -> at <= moment;
  }

  private static long restored(long seed, int moment, Path state) throws Exception {
    byte[] bytes = moment % 10 == 0 ? asAProgramFindsIt(state) : asItIsOnDisk(state);
    long steps = Story.steps(memory(bytes));
    assertThat(bytes).as("seed %d moment %d", seed, moment).isEqualTo(Story.after(seed, steps));
    return steps;
  }

  private static byte[] asAProgramFindsIt(Path state) throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(state)) {
      return checkpoints.segment(Story.NAME, Story.BYTES, arena).toArray(JAVA_BYTE);
    }
  }

  private static MemorySegment memory(byte[] bytes) {
    MemorySegment memory = MemorySegment.ofArray(new long[bytes.length / Long.BYTES]);
    return memory.copyFrom(MemorySegment.ofArray(bytes));
  }

  /** Without tracking, which takes longer than reading. */
  private static byte[] asItIsOnDisk(Path state) throws IOException {
    byte[] bytes = new byte[Story.BYTES];
    if (new SetFolder(state).latest().isPresent()) {
      ImageSet set = ImageSet.open(state);
      long start = set.description().regions().getFirst().start();
      set.readPages(
          (address, page, length) ->
              System.arraycopy(page, 0, bytes, (int) (address - start), length));
    }
    return bytes;
  }
}
