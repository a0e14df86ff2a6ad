package dev.ooh.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.criu.toy.FaultyFiles;
import dev.ooh.image.reader.ImageSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dump that fails or dies at any of its steps. */
class CrashTest {
  private static final long SEED = 20261122;

  @TempDir private Path directory;

  private static List<String> visible(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(path -> path.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    }
  }

  private static List<String> hidden(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith(".") && !name.equals(".lock"))
          .toList();
    }
  }

  private static CheckpointScene scene(
      Path directory, FaultyFiles files, long seed, boolean compressed) throws IOException {
    return new CheckpointScene(directory, files, seed, store -> store.preferably(compressed));
  }

  /** Opening takes some steps before the first dump. */
  private static int stepsOfTwoDumps(Path directory, boolean compressed) throws Exception {
    FaultyFiles counting = new FaultyFiles();
    Files.createDirectory(directory);
    try (CheckpointScene scene = scene(directory, counting, SEED, compressed)) {
      twoDumps(scene);
    }
    return counting.steps();
  }

  private static void twoDumps(CheckpointScene scene) throws Exception {
    scene.mutate();
    scene.checkpointer.dump(Checkpointer.Then.GO_ON);
    scene.mutate();
    scene.checkpointer.preDump();
    scene.mutate();
    scene.checkpointer.dump(Checkpointer.Then.GO_ON);
  }

  @Test
  void diskFullAtAnyStepLeavesNothingBehindAndLosesNoPage() throws Exception {
    fillTheDiskAtAnyStep(false);
  }

  @Test
  @Tag("soak")
  void diskFullAtAnyStepOfCompressedSetsLeavesNothingBehindAndLosesNoPage() throws Exception {
    fillTheDiskAtAnyStep(true);
  }

  private void fillTheDiskAtAnyStep(boolean compressed) throws Exception {
    int steps = stepsOfTwoDumps(directory.resolve("count"), compressed);
    assertThat(steps).isGreaterThan(60);
    for (int step = 0; step < steps; step++) {
      Path images = Files.createDirectory(directory.resolve("full-" + step));
      FaultyFiles files = new FaultyFiles(step, false);
      CheckpointScene scene;
      try {
        scene = scene(images, files, SEED, compressed);
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("No space left on device");
        assertThat(visible(images)).as("step %d", step).isEmpty();
        assertThat(hidden(images)).as("step %d", step).isEmpty();
        continue;
      }
      try (scene) {
        assertThatThrownBy(() -> twoDumps(scene))
            .as("step %d", step)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("No space left on device");
        assertThat(hidden(images)).as("step %d", step).isEmpty();
        for (String name : visible(images)) {
          ImageSet.open(images.resolve(name)).readPages((address, buffer, length) -> {});
        }
        scene.mutate();
        scene.checkpointer.dump(Checkpointer.Then.GO_ON);
        assertThat(CheckpointScene.restored(images))
            .as("step %d", step)
            .isEqualTo(scene.contents());
      }
    }
  }

  /** That is to make the new link durable: it is there, and so is what it leads to. */
  @Test
  void dumpThatFailsAtItsLastStepKeepsWhatItBuildsOn() throws Exception {
    FaultyFiles counting = new FaultyFiles();
    Path counted = Files.createDirectory(directory.resolve("count"));
    try (CheckpointScene scene = scene(counted, counting, SEED, false)) {
      twoDumps(scene);
      int last = counting.steps() - 1;
      Path images = Files.createDirectory(directory.resolve("failed"));
      CheckpointScene failing = scene(images, new FaultyFiles(last, false), SEED, false);
      assertThatThrownBy(() -> twoDumps(failing)).hasMessageContaining("No space left on device");
      assertThatThrownBy(failing::close)
          .hasMessageContaining("found the latest set, set-000003, built on it");
      assertThat(CheckpointScene.restored(images)).isEqualTo(failing.contents());
    }
  }

  @Test
  void killedAtAnyStepLeavesThePreviousSetAndNothingHalfWritten() throws Exception {
    killAtAnyStep(false);
  }

  @Test
  @Tag("soak")
  void killedAtAnyStepOfCompressedSetsLeavesThePreviousSetAndNothingHalfWritten() throws Exception {
    killAtAnyStep(true);
  }

  private void killAtAnyStep(boolean compressed) throws Exception {
    int steps = stepsOfTwoDumps(directory.resolve("count"), compressed);
    for (int step = 0; step < steps; step++) {
      Path images = Files.createDirectory(directory.resolve("killed-" + step));
      byte[] before = null;
      byte[] after = null;
      boolean complete = false;
      CheckpointScene scene = null;
      try {
        scene = scene(images, new FaultyFiles(step, true), SEED, compressed);
        scene.mutate();
        after = scene.contents();
        scene.checkpointer.dump(Checkpointer.Then.GO_ON);
        before = after;
        scene.mutate();
        scene.checkpointer.preDump();
        scene.mutate();
        after = scene.contents();
        scene.checkpointer.dump(Checkpointer.Then.GO_ON);
        before = after;
        complete = true;
      } catch (FaultyFiles.Killed e) {
        // as planned
      }
      assertThat(complete).as("step %d", step).isFalse();
      for (String name : visible(images)) {
        ImageSet.open(images.resolve(name)).readPages((address, buffer, length) -> {});
      }
      if (Files.isSymbolicLink(images.resolve("latest"))) {
        byte[] restored = CheckpointScene.restored(images);
        boolean old = before != null && java.util.Arrays.equals(restored, before);
        assertThat(old || java.util.Arrays.equals(restored, after)).as("step %d", step).isTrue();
      } else {
        assertThat(before).as("step %d: latest is gone", step).isNull();
      }
      // the next one sweeps, and dumps
      try (CheckpointScene next = scene(images, new FaultyFiles(), SEED + 1, compressed)) {
        assertThat(hidden(images)).as("step %d", step).isEmpty();
        next.mutate();
        next.checkpointer.dump(Checkpointer.Then.END);
        assertThat(CheckpointScene.restored(images)).isEqualTo(next.contents());
      }
    }
  }
}
