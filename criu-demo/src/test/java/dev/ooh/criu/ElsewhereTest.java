package dev.ooh.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.criu.toy.Elsewhere;
import dev.ooh.criu.toy.FaultyFiles;
import dev.ooh.criu.toy.LostAnswers;
import dev.ooh.image.reader.ChainCheck;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.Pruning;
import dev.ooh.image.store.SetFolder;
import dev.ooh.image.writer.SetMerge;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Image sets in other file systems than Linux's own, which can do less. */
class ElsewhereTest {
  private static final long SEED = 20261129;

  private static Path directory(FileSystem system) {
    return system.getPath("/state/images");
  }

  private static void threeDumps(CheckpointScene scene) throws Exception {
    scene.mutate();
    scene.checkpointer.dump(Checkpointer.Then.GO_ON);
    scene.mutate();
    scene.checkpointer.preDump();
    scene.mutate();
    scene.checkpointer.dump(Checkpointer.Then.GO_ON);
  }

  @ParameterizedTest
  @EnumSource
  void setsAreListedCheckedMergedPrunedAndRestored(Elsewhere place) throws Exception {
    try (FileSystem system = place.open()) {
      Path images = directory(system);
      byte[] contents;
      try (CheckpointScene scene = new CheckpointScene(images, place.files(images), SEED)) {
        threeDumps(scene);
        contents = scene.contents();
      }
      SetFolder folder = new SetFolder(images);
      assertThat(folder.sets()).extracting(Path::toString).hasSize(3);
      assertThat(folder.isLatest(folder.sets().getLast())).isTrue();
      ImageSet newest = ImageSet.open(images);
      assertThat(newest.chainLength()).isEqualTo(3);
      new ChainCheck().check(newest);
      assertThat(CheckpointScene.restored(images)).isEqualTo(contents);

      try (ImageStore store = ImageStore.open(images, place.files(images))) {
        SetMerge.merge(store, newest);
        List<Path> removable = Pruning.of(folder, 1).removable();
        assertThat(removable).hasSize(3);
        for (Path set : removable) {
          store.remove(set);
        }
      }
      assertThat(folder.sets()).hasSize(1);
      assertThat(ImageSet.open(images).chainLength()).isOne();
      assertThat(CheckpointScene.restored(images)).isEqualTo(contents);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatHoldsLessFirmlyIsSaid(Elsewhere place) throws Exception {
    try (FileSystem system = place.open()) {
      Path images = directory(system);
      boolean renames = place != Elsewhere.OBJECTS && place != Elsewhere.ZIP;
      try (ImageStore store = ImageStore.open(images, place.files(images))) {
        assertThat(store.weaker())
            .anyMatch(line -> line.contains("lock"))
            .anyMatch(line -> line.contains(renames ? "loss of power" : "manifest"));
        assertThat(store.weaker().stream().anyMatch(line -> line.contains("symbolic links")))
            .isEqualTo(place != Elsewhere.IN_MEMORY);
      }
      assertThat(Files.exists(images)).as("made for nothing").isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSecondWriterIsToldWhoHasIt(Elsewhere place) throws Exception {
    try (FileSystem system = place.open()) {
      Path images = directory(system);
      try (ImageStore first = ImageStore.open(images, place.files(images))) {
        assertThatThrownBy(() -> ImageStore.open(images, place.files(images)))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("process " + ProcessHandle.current().pid() + ", this one,");
        assertThat(first.tidy()).isEmpty();
      }
      Path lock = Files.createDirectories(images).resolve(".lock");
      Files.writeString(lock, "process 4711 of elsewhere/pid:[1] since 17 lock 1");
      assertThatThrownBy(() -> ImageStore.open(images, place.files(images)))
          .hasMessageContaining("process 4711 of another machine writes to it");
    }
  }

  @Test
  void theLockOfADeadProcessOfThisMachineIsTakenOver() throws Exception {
    try (FileSystem system = Elsewhere.OBJECTS.open()) {
      Path images = directory(system);
      Path lock = images.resolve(".lock");
      String text;
      try (ImageStore store = ImageStore.open(images)) {
        text = Files.readString(lock);
        assertThat(store.tidy()).isEmpty();
      }
      Files.createDirectories(images);
      Files.writeString(lock, text.replaceFirst("since \\d+", "since 17")); // its number, not it
      ImageStore.open(images).close();
      assertThat(Files.exists(lock)).isFalse();
    }
  }

  /** Two that think that they are alone, since a person deleted the lock of one that lives. */
  @Test
  void ofTwoWritersOneIsRefusedAndNothingIsMixed() throws Exception {
    try (FileSystem system = Elsewhere.OBJECTS.open()) {
      Path images = directory(system);
      try (CheckpointScene one =
          new CheckpointScene(images, Elsewhere.OBJECTS.files(images), SEED)) {
        one.mutate();
        one.checkpointer.dump(Checkpointer.Then.GO_ON);
        Files.delete(images.resolve(".lock"));
        try (CheckpointScene other =
            new CheckpointScene(images, Elsewhere.OBJECTS.files(images), SEED + 1)) {
          other.mutate();
          other.checkpointer.dump(Checkpointer.Then.GO_ON);
          byte[] contents = other.contents();
          one.mutate();
          for (int attempt = 0; attempt < 3; attempt++) {
            assertThatThrownBy(() -> one.checkpointer.dump(Checkpointer.Then.GO_ON))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another writer");
          }
          assertThat(CheckpointScene.restored(images)).isEqualTo(contents);
          other.mutate();
          other.checkpointer.dump(Checkpointer.Then.GO_ON);
          assertThat(CheckpointScene.restored(images)).isEqualTo(other.contents());
        }
      }
    }
  }

  /** The set that a taken-over writer was about to complete is sealed: it can't any more. */
  @Test
  void aSetThatWasSweptCanNotBeCompleted() throws Exception {
    try (FileSystem system = Elsewhere.OBJECTS.open()) {
      Path images = directory(system);
      int manifest = steps(true) - 3; // it is created, written and forced
      FaultyFiles files = new FaultyFiles(Elsewhere.OBJECTS.files(images), manifest, true);
      CheckpointScene scene = new CheckpointScene(images, files, SEED);
      scene.mutate();
      assertThatThrownBy(() -> scene.checkpointer.dump(Checkpointer.Then.GO_ON))
          .isInstanceOf(FaultyFiles.Killed.class);
      Path half = images.resolve("set-000001");
      assertThat(Files.exists(half.resolve("pages-1.img"))).isTrue();
      assertThat(new SetFolder(images).sets()).isEmpty();
      ImageStore.open(images, Elsewhere.OBJECTS.files(images)).close();
      try (Stream<Path> left = Files.list(half)) {
        assertThat(left)
            .extracting(Path::getFileName)
            .extracting(Path::toString)
            .containsExactly("ooh.img");
      }
      assertThat(Files.size(half.resolve("ooh.img"))).isZero();
      try (CheckpointScene next =
          new CheckpointScene(images, Elsewhere.OBJECTS.files(images), SEED + 1)) {
        next.mutate();
        assertThat(next.checkpointer.dump(Checkpointer.Then.END).set().toString())
            .endsWith("set-000002");
        assertThat(CheckpointScene.restored(images)).isEqualTo(next.contents());
      }
    }
  }

  /** A set either is not there or has all its files, whatever the writer was told. */
  @ParameterizedTest
  @EnumSource
  void aManifestOfWhichNobodyKnowsLeavesAWholeSetOrNone(LostAnswers.Fault fault) throws Exception {
    try (FileSystem system = Elsewhere.OBJECTS.open()) {
      Path images = directory(system);
      LostAnswers files = new LostAnswers(Elsewhere.OBJECTS.files(images));
      try (CheckpointScene scene = new CheckpointScene(images, files, SEED)) {
        scene.mutate();
        scene.checkpointer.dump(Checkpointer.Then.GO_ON);
        scene.mutate();
        if (fault != LostAnswers.Fault.NOTHING) {
          files.set(fault);
          assertThatThrownBy(() -> scene.checkpointer.dump(Checkpointer.Then.GO_ON))
              .hasMessageContaining("connection lost");
          assertThat(files.closed.contains("ooh.img"))
              .as("half a manifest is not for others")
              .isEqualTo(fault != LostAnswers.Fault.HALFWAY);
          allAreWhole(images);
          files.set(LostAnswers.Fault.NOTHING);
          scene.mutate();
        }
        scene.checkpointer.dump(Checkpointer.Then.GO_ON);
        allAreWhole(images);
        assertThat(CheckpointScene.restored(images)).isEqualTo(scene.contents());
      }
    }
  }

  private static void allAreWhole(Path images) throws IOException {
    for (Path set : new SetFolder(images).sets()) {
      new ChainCheck().check(ImageSet.open(set));
    }
  }

  /** As a writer leaves it that dies where others see a file while it is written. */
  @Test
  void halfAManifestIsNoneUnlessASetBuildsOnIt() throws Exception {
    try (FileSystem system = Elsewhere.OBJECTS.open()) {
      Path images = directory(system);
      byte[] contents;
      try (CheckpointScene scene =
          new CheckpointScene(images, Elsewhere.OBJECTS.files(images), SEED)) {
        threeDumps(scene);
        contents = scene.contents();
      }
      Path whole = images.resolve("set-000003/ooh.img");
      Path half = Files.createDirectory(images.resolve("set-000004")).resolve("ooh.img");
      byte[] manifest = Files.readAllBytes(whole);
      for (int length = 1; length < manifest.length; length += 7) {
        Files.write(half, Arrays.copyOf(manifest, length));
        assertThat(CheckpointScene.restored(images)).as("%d bytes", length).isEqualTo(contents);
      }
      Path needed = images.resolve("set-000001/ooh.img");
      byte[] damaged = Arrays.copyOf(Files.readAllBytes(needed), 20);
      Files.write(needed, damaged);
      ImageStore.open(images, Elsewhere.OBJECTS.files(images)).close();
      assertThat(Files.size(half)).isZero();
      assertThat(needed).hasBinaryContent(damaged);
      assertThat(whole).hasBinaryContent(manifest);
    }
  }

  @Test
  void whatWasSealedHidesNoPreDumpThatIsTidiedAway() throws Exception {
    try (FileSystem system = Elsewhere.OBJECTS.open()) {
      Path images = directory(system);
      FaultyFiles files = new FaultyFiles(Elsewhere.OBJECTS.files(images), Integer.MAX_VALUE, true);
      CheckpointScene scene = new CheckpointScene(images, files, SEED);
      scene.mutate();
      scene.checkpointer.dump(Checkpointer.Then.GO_ON);
      scene.mutate();
      scene.checkpointer.preDump();
      files.kill();
      assertThat(new SetFolder(images).sets())
          .containsExactly(images.resolve("set-000001"), images.resolve("set-000002"));
      Files.createFile(Files.createDirectory(images.resolve("set-000003")).resolve("pages-1.img"));
      Files.createFile(images.resolve(".lock-takeover-of-one-who-died"));
      try (ImageStore store = ImageStore.open(images, Elsewhere.OBJECTS.files(images))) {
        assertThat(store.tidy()).containsExactly(images.resolve("set-000002"));
      }
      assertThat(new SetFolder(images).sets()).containsExactly(images.resolve("set-000001"));
      assertThat(Files.exists(images.resolve(".lock-takeover-of-one-who-died"))).isFalse();
    }
  }

  /** What renames is tested at every step by {@link CrashTest}. */
  @Test
  void failingAtAnyStepLosesNoPage() throws Exception {
    int steps = steps(false);
    assertThat(steps).isGreaterThan(40);
    for (int step = 0; step < steps; step++) {
      try (FileSystem system = Elsewhere.OBJECTS.open()) {
        Path images = Files.createDirectories(directory(system));
        FaultyFiles files = new FaultyFiles(Elsewhere.OBJECTS.files(images), step, false);
        CheckpointScene scene;
        try {
          scene = new CheckpointScene(images, files, SEED);
        } catch (IOException e) {
          continue;
        }
        try (scene) {
          assertThatThrownBy(() -> threeDumps(scene))
              .as("step %d", step)
              .hasMessageContaining("No space left on device");
          for (Path set : new SetFolder(images).sets()) {
            ImageSet.open(set).readPages((address, buffer, length) -> {});
          }
          scene.mutate();
          scene.checkpointer.dump(Checkpointer.Then.GO_ON);
          assertThat(CheckpointScene.restored(images))
              .as("step %d", step)
              .isEqualTo(scene.contents());
        }
      }
    }
  }

  @Test
  void killedAtAnyStepLeavesTheNewestDump() throws Exception {
    int steps = steps(false);
    for (int step = 0; step < steps; step++) {
      try (FileSystem system = Elsewhere.OBJECTS.open()) {
        Path images = Files.createDirectories(directory(system));
        byte[] before = null;
        byte[] after = null;
        try {
          CheckpointScene scene =
              new CheckpointScene(
                  images, new FaultyFiles(Elsewhere.OBJECTS.files(images), step, true), SEED);
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
        } catch (FaultyFiles.Killed e) {
          // as planned
        }
        if (new SetFolder(images).latest().isPresent()) {
          byte[] restored = CheckpointScene.restored(images);
          assertThat(Arrays.equals(restored, before) || Arrays.equals(restored, after))
              .as("step %d", step)
              .isTrue();
        } else {
          assertThat(before).as("step %d", step).isNull();
        }
        try (CheckpointScene next =
            new CheckpointScene(images, Elsewhere.OBJECTS.files(images), SEED + 1)) {
          next.mutate();
          next.checkpointer.dump(Checkpointer.Then.END);
          assertThat(CheckpointScene.restored(images)).isEqualTo(next.contents());
        }
      }
    }
  }

  private static int steps(boolean one) throws Exception {
    try (FileSystem system = Elsewhere.OBJECTS.open()) {
      Path images = Files.createDirectories(directory(system));
      FaultyFiles counting =
          new FaultyFiles(Elsewhere.OBJECTS.files(images), Integer.MAX_VALUE, false);
      try (CheckpointScene scene = new CheckpointScene(images, counting, SEED)) {
        if (one) {
          scene.mutate();
          scene.checkpointer.dump(Checkpointer.Then.GO_ON);
        } else {
          threeDumps(scene);
        }
        return counting.steps();
      }
    }
  }
}
