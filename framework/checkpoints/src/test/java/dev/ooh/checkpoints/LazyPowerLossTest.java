package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.checkpoints.RecordedFiles.Change;
import dev.ooh.checkpoints.RecordedFiles.Kind;
import dev.ooh.image.file.DiskFiles;
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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever the power takes, a program that restores lazily goes on from the newest checkpoint that
 * was called durable: by the flat image if that is whole, else by the sets.
 */
class LazyPowerLossTest {
  private static final Path FLAT = Path.of(".flat");
  private static final Path STATE = FLAT.resolve("state");

  /** From the second set on there is a flat image. */
  private static final Thresholds SOON = new Thresholds(Long.MAX_VALUE, 1);

  /** One moment in so many that are tried sees the program go on. */
  private static final int GOES_ON = 20;

  private static final int ROUNDS = 20;

  @TempDir private Path temporary;

  private final List<Integer> durableAt = new ArrayList<>();
  private final List<Exception> failures = new ArrayList<>();
  private Path top;
  private RecordedFiles files;

  private final CheckpointOptions options =
      CheckpointOptions.defaults()
          .withLongestChain(3)
          .withListener(
              new CheckpointListener() {
                @Override
                public void taken(Checkpoint checkpoint) {
                  durableAt.add(files.changes().size());
                }

                @Override
                public void failed(Exception reason) {
                  failures.add(reason);
                }
              });

  /** What a program that is less careful would leave out. */
  private enum Omitted {
    /** What the state says of the pages is believed before they are on the disk. */
    FORCING_PAGES {
      @Override
      boolean has(Change change, Change before) {
        return change.kind() == Kind.FORCE
            && change.path().getParent().endsWith(FLAT)
            && change.path().getFileName().toString().startsWith("pages-");
      }
    },
    /** The pages are changed while the state says that they are those of the set before. */
    DELETING_THE_STATE {
      @Override
      boolean has(Change change, Change before) {
        return change.kind() == Kind.DELETE && change.path().endsWith(STATE);
      }
    },
    /** The same, but only after a loss of power. */
    FORCING_THE_DELETION {
      @Override
      boolean has(Change change, Change before) {
        return change.kind() == Kind.SYNC_DIRECTORY && DELETING_THE_STATE.has(before, before);
      }
    };

    /** Whether it is {@code change}, which came after {@code before}. */
    abstract boolean has(Change change, Change before);

    List<Change> without(List<Change> changes) {
      List<Change> left = new ArrayList<>();
      Change before = changes.getFirst();
      for (Change change : changes) {
        if (!has(change, before)) {
          left.add(change);
        }
        before = change;
      }
      return left;
    }
  }

  @BeforeEach
  void directories() throws Exception {
    top = Files.createDirectory(temporary.resolve("top"));
    files = new RecordedFiles(Files.createDirectory(temporary.resolve("kept")));
  }

  /** Lives in which a flat image is made, changed, given another set, replaced and removed. */
  private void live(long seed) throws Exception {
    live(seed, 5, true, () -> {}); // which are folded on the way
    live(seed, 2, true, () -> {});
    live(seed, 1, false, () -> {});
    live(seed, 2, true, () -> files.full = true);
    assertThat(failures)
        .singleElement()
        .satisfies(it -> assertThat(it).hasMessageContaining("No space left on device"));
  }

  /**
   * One life.
   *
   * @param beforeLast is run before the last step
   */
  private void live(long seed, int steps, boolean lazily, Runnable beforeLast) throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            lazily ? openLazily(top, files) : Checkpoints.open(top, options, files)) {
      MemorySegment memory = checkpoints.segment(Story.NAME, Story.BYTES, arena);
      for (int step = 0; step < steps; step++) {
        if (step == steps - 1) {
          beforeLast.run();
        }
        step(seed, checkpoints, memory);
      }
    }
  }

  private static void step(long seed, Checkpoints checkpoints, MemorySegment memory)
      throws Exception {
    Story.step(seed, memory);
    Checkpoint _ = checkpoints.take().join();
    awaitWriter(checkpoints);
    awaitFolding();
    awaitWriter(checkpoints);
  }

  private Checkpoints openLazily(Path directory, DiskFiles by) throws Exception {
    return Checkpoints.openLazily(directory, options, damage -> {}, by, SOON);
  }

  /** Until then a flat image is made, which closing would end. */
  private static void awaitWriter(Checkpoints checkpoints) {
    assertThatThrownBy(() -> checkpoints.forget("nothing"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /**
   * How long the chain is at each step is not to hang on how far its folding has come: no flat
   * image is made of one that is to be folded.
   */
  private static void awaitFolding() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith(Folding.THREAD)) {
        thread.join();
      }
    }
  }

  @Test
  void theLastDurableCheckpointIsThereAtMomentsOfAllKinds() throws Exception {
    theLastDurableCheckpointIsThere(Moments.SOME);
  }

  @Test
  @Tag("soak")
  void theLastDurableCheckpointIsThereAtEveryMoment() throws Exception {
    theLastDurableCheckpointIsThere(1);
  }

  /**
   * @param oneIn so many moments is tried, from one on that the seed says
   */
  private void theLastDurableCheckpointIsThere(int oneIn) throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    live(seed);
    List<Change> changes = files.changes();
    List<Integer> durable = List.copyOf(durableAt);
    SplittableRandom random = new SplittableRandom(seed);
    int flat = 0;
    int tried = 0;
    for (int moment : Moments.of(changes.size(), oneIn, random)) {
      String what = "what is restored, seed %d moment %d".formatted(seed, moment);
      Path state = leave(changes.subList(0, moment), random);
      flat += isOnFlat(state) ? 1 : 0;
      long steps = restored(seed, state, what);
      int now = moment;
      assertThat(steps)
          .as(what)
          .isGreaterThanOrEqualTo(durable.stream().filter(at -> at <= now).count());
      if (tried++ % GOES_ON == 0) {
        try (Arena arena = Arena.ofShared();
            Checkpoints checkpoints = openLazily(state, new DiskFiles())) {
          step(seed, checkpoints, checkpoints.segment(Story.NAME, Story.BYTES, arena));
        }
        assertThat(restored(seed, state, what + ", a step later")).isEqualTo(steps + 1);
      }
      PowerLoss.remove(state);
    }
    assertThat(flat * oneIn)
        .as("states with a flat image, seed %d", seed)
        .isGreaterThan(durable.size());
  }

  /** That is, the test above would tell. */
  @ParameterizedTest
  @EnumSource
  void whereAStepIsLeftOutSomeStateIsWrong(Omitted omitted) throws Exception {
    long seed = 1;
    live(seed);
    List<Change> changes = omitted.without(files.changes());
    assertThatThrownBy(() -> restoreFlatOnes(seed, changes))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("what is restored");
  }

  private void restoreFlatOnes(long seed, List<Change> changes) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < ROUNDS; round++) {
      for (int moment = 0; moment <= changes.size(); moment++) {
        Path state = leave(changes.subList(0, moment), random);
        if (isOnFlat(state)) {
          long _ = restored(seed, state, "what is restored, moment %d".formatted(moment));
        }
        PowerLoss.remove(state);
      }
    }
  }

  private Path leave(List<Change> changes, SplittableRandom random) throws IOException {
    Path state = temporary.resolve("state");
    PowerLoss.leave(top, changes, state, random);
    return state;
  }

  private static boolean isOnFlat(Path state) throws IOException {
    return new SetFolder(state).latest().isPresent()
        && LazySet.openLocked(state, new DiskFiles()).isOnFlat();
  }

  /** How many steps a program finds that memory has seen. */
  private long restored(long seed, Path state, String what) throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = openLazily(state, new DiskFiles())) {
      MemorySegment memory = checkpoints.segment(Story.NAME, Story.BYTES, arena);
      long steps = Story.steps(memory);
      assertThat(memory.toArray(JAVA_BYTE)).as(what).isEqualTo(Story.after(seed, steps));
      assertThat(checkpoints.verified()).as(what).succeedsWithin(5, TimeUnit.MINUTES);
      return steps;
    }
  }
}
