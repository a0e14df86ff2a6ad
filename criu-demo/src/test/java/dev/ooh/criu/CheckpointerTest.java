package dev.ooh.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.criu.toy.FaultyFiles;
import dev.ooh.criu.toy.ToySubstrate;
import dev.ooh.image.file.DiskFiles;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.image.store.SetDraft;
import dev.ooh.image.store.SetPlace;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.testing.space.TestExecution;
import dev.ooh.testing.space.TestSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointerTest {
  @TempDir private Path directory;

  @RepeatedTest(10)
  void restoresWhatWasDumpedThroughAnyChainOfParents() throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), seed)) {
      PageSet chained = PageSet.empty();
      for (int i = 0; i < 12; i++) {
        scene.mutate();
        boolean full = scene.random.nextBoolean();
        DumpReport report =
            full ? scene.checkpointer.dump(Checkpointer.Then.GO_ON) : scene.checkpointer.preDump();
        PageSet used = scene.heap.used();
        assertThat(report.pagesScanned()).isEqualTo(used.pageCount());
        assertThat(report.pagesWritten() + report.pagesSkippedParent() + report.pagesZero())
            .isEqualTo(report.pagesScanned());
        assertThat(report.pagesSkippedParent())
            .as("seed %d", seed)
            .isEqualTo(chained.intersect(used).minus(scene.checkpointer.answered).pageCount());
        ImageSet set = ImageSet.open(report.set());
        chained = set.pages();
        assertThat(set.presentPages()).isEqualTo(report.pagesWritten());
        assertThat(set.different(scene.space.memory()::read).isEmpty()).isTrue();
        if (full) {
          assertThat(CheckpointScene.restored(directory))
              .as("seed %d", seed)
              .isEqualTo(scene.contents());
        }
      }
      assertThat(scene.checkpointer.commits).isEqualTo(12);
      assertThat(scene.checkpointer.aborts).isZero();
    }
  }

  /** What is written while pages are copied is copied again, and what comes later is not seen. */
  @RepeatedTest(20)
  void dumpIsOfTheMomentInWhichTheProgramStoodStill() throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    CheckpointScene[] holder = new CheckpointScene[1];
    byte[][] still = new byte[1][];
    Checkpointer.Observer later =
        new Checkpointer.Observer() {
          @Override
          public void asked(PageSet scan, Interval interval) {
            still[0] = holder[0].contents();
          }

          @Override
          public void written(long pages) {
            holder[0].scribble(50);
          }
        };
    try (CheckpointScene scene =
        new CheckpointScene(
            directory,
            new DiskFiles(),
            seed,
            new Checkpointer.Options(true, true, 16 << 20, later))) {
      holder[0] = scene;
      while (scene.heap.used().pageCount() < 500) {
        scene.mutate();
      }
      int[] pages = new int[1];
      scene.checkpointer.meanwhile = () -> scene.scribble(pages[0] /= 3);
      for (int i = 0; i < 4; i++) {
        pages[0] = scene.random.nextInt(6000);
        DumpReport report = scene.checkpointer.dump(Checkpointer.Then.GO_ON);
        assertThat(report.pagesCopied()).as("seed %d", seed).isLessThan(500);
        assertThat(CheckpointScene.restored(directory)).as("seed %d", seed).isEqualTo(still[0]);
      }
    }
  }

  /** What the program writes from the moment on is in no page of the dump, but for the next one. */
  @RepeatedTest(20)
  void dumpOfASnapshotIsOfItsMoment() throws Exception {
    boolean[] running = {true};
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    CheckpointScene[] holder = new CheckpointScene[1];
    byte[][] still = new byte[1][];
    Checkpointer.Options always =
        new Checkpointer.Options(
            true,
            false,
            16 << 20,
            Duration.ZERO,
            new Checkpointer.Observer() {
              @Override
              public void asked(PageSet scan, Interval interval) {
                still[0] = holder[0].contents();
                holder[0].scribble(running[0] ? 500 : 0);
              }
            });
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), seed, always)) {
      holder[0] = scene;
      while (scene.heap.used().pageCount() < 500) {
        scene.mutate();
      }
      int[] pages = new int[1];
      scene.checkpointer.meanwhile = () -> scene.scribble(pages[0] /= 3);
      for (int i = 0; i < 5; i++) {
        pages[0] = scene.random.nextInt(6000);
        scene.snapshots().lose = i == 2;
        running[0] = i != 3;
        if (i == 2) {
          assertThatThrownBy(() -> scene.checkpointer.dump(Checkpointer.Then.GO_ON))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("lost");
        } else {
          DumpReport report = scene.checkpointer.dump(Checkpointer.Then.GO_ON);
          assertThat(report.beforeWrite()).as(report.choice()).isEqualTo(running[0]);
          assertThat(report.waits().count()).isEqualTo(running[0] ? 1 : 0);
          assertThat(report.choice().contains("lost the last time")).isEqualTo(!running[0]);
          assertThat(CheckpointScene.restored(directory)).as("seed %d", seed).isEqualTo(still[0]);
        }
      }
      assertThat(scene.snapshots().begun).isEqualTo(4);
    }
  }

  @Test
  void whatIsPreparedIsClosedIfTheQuestionFails() throws Exception {
    Checkpointer.Options always =
        new Checkpointer.Options(
            true, false, 16 << 20, Duration.ZERO, new Checkpointer.Observer() {});
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), 12, always)) {
      while (scene.heap.used().pageCount() < 500) {
        scene.mutate();
      }
      scene.checkpointer.meanwhile =
          () -> {
            if (scene.snapshots().prepared > 0) {
              throw new IllegalStateException("the tracking ended");
            }
          };
      assertThatThrownBy(() -> scene.checkpointer.dump(Checkpointer.Then.GO_ON))
          .hasMessage("the tracking ended");
      assertThat(scene.snapshots().prepared).isZero();
    }
  }

  /**
   * What another consumer was told of right before a snapshot is in it, and in the next set too.
   */
  @Test
  void whatIsOwedWhenASnapshotBeginsIsInIt() throws Exception {
    Checkpointer.Options always =
        new Checkpointer.Options(
            true, false, 16 << 20, Duration.ZERO, new Checkpointer.Observer() {});
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), 11, always)) {
      while (scene.heap.used().pageCount() < 500) {
        scene.mutate();
      }
      scene.checkpointer.dump(Checkpointer.Then.GO_ON);
      scene.scribble(200);
      scene.snapshots().beforeTheMoment =
          () -> {
            scene.scribble(5);
            scene.checkpointer.anotherAsks();
          };
      DumpReport report = scene.checkpointer.dump(Checkpointer.Then.GO_ON);
      assertThat(report.beforeWrite()).as(report.choice()).isTrue();
      assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
    }
  }

  /** There was some when the snapshot was prepared. */
  @Test
  void withoutRoomAtTheMomentOfASnapshotTheProgramStandsStill() throws Exception {
    Checkpointer.Options tight =
        new Checkpointer.Options(
            true, false, 520L << 12, Duration.ZERO, new Checkpointer.Observer() {});
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), 13, tight)) {
      while (scene.heap.used().pageCount() < 500) {
        scene.mutate();
      }
      scene.snapshots().beforeTheMoment = () -> scene.scribble(200);
      DumpReport report = scene.checkpointer.dump(Checkpointer.Then.GO_ON);
      assertThat(scene.snapshots().begun).isEqualTo(1);
      assertThat(report.pagesCopied()).isZero();
      assertThat(report.beforeWrite()).as(report.choice()).isFalse();
      assertThat(report.choice()).contains("2129920 bytes may hold copies, which is too little");
      assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
    }
  }

  @Test
  void pagesOfADumpThatFailedAreInTheNext() throws Exception {
    Checkpointer.Options copying =
        new Checkpointer.Options(true, false, 16 << 20, new Checkpointer.Observer() {});
    int failures = 0;
    for (int step = 10; step < 60; step++) {
      Path place = directory.resolve("step-" + step);
      FaultyFiles files = new FaultyFiles(step, false);
      try (CheckpointScene scene = new CheckpointScene(place, files, step, copying)) {
        while (scene.heap.used().pageCount() < 200) {
          scene.mutate();
        }
        for (int i = 0; i < 3; i++) {
          scene.scribble(300);
          try {
            scene.checkpointer.dump(Checkpointer.Then.GO_ON);
          } catch (IOException e) {
            failures++;
          }
        }
        scene.checkpointer.dump(Checkpointer.Then.GO_ON);
        assertThat(CheckpointScene.restored(place)).as("step %d", step).isEqualTo(scene.contents());
      }
    }
    assertThat(failures).isGreaterThan(30);
  }

  @Test
  void withoutRoomForCopiesTheProgramStandsStill() throws Exception {
    Checkpointer.Options tight =
        new Checkpointer.Options(true, false, 8 << 12, new Checkpointer.Observer() {});
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), 9, tight)) {
      while (scene.heap.used().pageCount() < 300) {
        scene.mutate();
      }
      DumpReport report = scene.checkpointer.dump(Checkpointer.Then.END);
      assertThat(report.pagesCopied()).isZero();
      assertThat(report.rounds()).isZero();
      assertThat(report.choice()).contains("32768 bytes may hold copies");
      assertThat(report.pagesWritten() + report.pagesZero()).isGreaterThan(64);
      assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
    }
  }

  @Test
  void theFirstDumpAfterARestoreHasWhatChangedSince() throws Exception {
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), 6)) {
      while (scene.heap.used().pageCount() < 30) {
        scene.mutate();
      }
      scene.checkpointer.dump(Checkpointer.Then.END);
    }
    TestSpace space = ToySubstrate.space();
    ImageSet set = ImageSet.open(directory);
    RestoredProgram program = RestoredProgram.restore(set, space);
    try (ImageStore store = ImageStore.open(directory);
        TrackedCheckpointer checkpointer =
            new TrackedCheckpointer(
                space,
                new Subject("toy", "small", set.pid(), program.heap()),
                store,
                new Checkpointer.Options(true, true, 0, new Checkpointer.Observer() {}))) {
      checkpointer.restored(set);
      space.memory().putLong(program.heap().region().start() + 5 * 4096, 77);
      DumpReport report = checkpointer.dump(Checkpointer.Then.END);
      assertThat(report.pagesWritten()).isEqualTo(1);
      assertThat(ImageSet.open(directory).parent()).contains(set.path());
    }
    assertThat(CheckpointScene.restored(directory))
        .isEqualTo(CheckpointScene.contents(space, program.heap()));
  }

  @Test
  void pagesOfZerosAreInNoSet() throws Exception {
    Checkpointer.Options verified =
        new Checkpointer.Options(true, true, 1 << 20, new Checkpointer.Observer() {});
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), 5, verified)) {
      while (scene.heap.used().pageCount() < 30) {
        scene.mutate();
      }
      long page = scene.region.start() + 7 * 4096;
      byte[] zeros = new byte[4096];
      scene.space.memory().putLong(page, 1);
      DumpReport first = scene.checkpointer.dump(Checkpointer.Then.GO_ON);
      scene.space.memory().write(page, zeros, 0, zeros.length);
      DumpReport second = scene.checkpointer.dump(Checkpointer.Then.GO_ON);
      assertThat(second.pagesZero()).isEqualTo(first.pagesZero() + 1);
      assertThat(second.pagesWritten()).isZero();
      assertThat(ImageSet.open(directory).pages().contains(page)).isFalse();
      assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
      DumpReport third = scene.checkpointer.dump(Checkpointer.Then.GO_ON);
      assertThat(third.pagesZero()).isEqualTo(second.pagesZero());
      scene.space.memory().putLong(page, 2);
      DumpReport fourth = scene.checkpointer.dump(Checkpointer.Then.GO_ON);
      assertThat(fourth.pagesZero()).isEqualTo(first.pagesZero());
      assertThat(fourth.pagesWritten()).isEqualTo(1);
      assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
      scene.space.memory().write(page, zeros, 0, zeros.length);
      scene.checkpointer.dump(Checkpointer.Then.GO_ON);
      scene.space.memory().putLong(page, 3);
      scene.checkpointer.lose = PageSet.of(page, page + 4096);
      assertThatThrownBy(() -> scene.checkpointer.dump(Checkpointer.Then.GO_ON))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("toy did not report them");
    }
  }

  /** Its turn there may be long in coming. */
  @Test
  void placeOfASetIsOpenedWhileTheProgramRuns() throws Exception {
    List<String> events = new ArrayList<>();
    CheckpointScene[] holder = new CheckpointScene[1];
    Function<ImageStore, SetPlace> noting =
        store ->
            new SetPlace() {
              @Override
              public SetDraft draft() throws IOException {
                TestExecution execution = (TestExecution) holder[0].space.execution();
                events.add(execution.isStopped() ? "opened, all stand still" : "opened");
                return store.draft();
              }

              @Override
              public void remove(Path set) throws IOException {
                store.remove(set);
              }
            };
    try (CheckpointScene scene = new CheckpointScene(directory, 14, noting)) {
      holder[0] = scene;
      scene.checkpointer.meanwhile = () -> events.add("asked");
      scene.mutate();
      scene.checkpointer.preDump();
      scene.checkpointer.dump(Checkpointer.Then.END);
    }
    assertThat(events).containsExactly("opened", "asked", "opened", "asked");
  }

  @Test
  void unwovenWritesEverythingAndIsRight() throws Exception {
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), 1);
        Checkpointer plain =
            new Checkpointer(
                scene.space,
                new Subject("toy", "small", CheckpointScene.PID, scene.heap),
                scene.store,
                new Checkpointer.Options(true, false, 0, new Checkpointer.Observer() {}))) {
      scene.mutate();
      plain.preDump();
      scene.mutate();
      DumpReport report = plain.dump(Checkpointer.Then.END);
      assertThat(report.pagesSkippedParent()).isZero();
      assertThat(report.reasons()).isEqualTo("not woven");
      assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
    }
  }

  @Test
  void preDumpIsNoLatestAndNotRestorable() throws Exception {
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), 2)) {
      scene.mutate();
      DumpReport preDump = scene.checkpointer.preDump();
      assertThat(directory.resolve("latest")).doesNotExist();
      ImageSet set = ImageSet.open(preDump.set());
      assertThatThrownBy(() -> RestoredProgram.restore(set, ToySubstrate.space()))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("is a pre-dump")
          .hasMessageContaining("wanted a dump");
    }
  }

  @Test
  void preDumpsThatNoDumpBuildsOnAreRemoved() throws Exception {
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), 2)) {
      scene.mutate();
      scene.checkpointer.preDump();
      scene.checkpointer.dump(Checkpointer.Then.GO_ON);
      scene.mutate();
      scene.checkpointer.preDump();
      scene.checkpointer.preDump();
      assertThat(directory.resolve("set-000004")).isDirectory();
    }
    assertThat(directory.resolve("set-000003")).doesNotExist();
    assertThat(directory.resolve("set-000004")).doesNotExist();
    assertThat(directory.resolve("set-000001")).isDirectory();
    assertThat(CheckpointScene.restored(directory)).isNotEmpty();
    assertThat(directory).isDirectoryNotContaining("glob:**/.draft-*");
  }

  @Test
  void whatIsWrittenAfterTheAskIsInTheNextSet() throws Exception {
    List<Long> stored = new ArrayList<>();
    CheckpointScene[] holder = new CheckpointScene[1];
    Checkpointer.Observer writing =
        new Checkpointer.Observer() {
          @Override
          public void asked(PageSet scan, Interval interval) {
            long address = scan.runStart(0) + 4096 + 8;
            holder[0].space.memory().putLong(address, 77 + stored.size());
            stored.add(address);
          }
        };
    try (CheckpointScene scene =
        new CheckpointScene(
            directory, new DiskFiles(), 3, new Checkpointer.Options(true, false, 0, writing))) {
      holder[0] = scene;
      scene.mutate();
      scene.checkpointer.preDump();
      DumpReport second = scene.checkpointer.preDump();
      assertThat(second.pagesWritten()).isEqualTo(1);
      assertThat(ImageSet.open(second.set()).different(scene.space.memory()::read).isEmpty())
          .isTrue();
    }
  }

  @Test
  void verificationFindsALostPage() throws Exception {
    Checkpointer.Options verifying =
        new Checkpointer.Options(true, true, 0, new Checkpointer.Observer() {});
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), 4, verifying)) {
      scene.mutate();
      scene.checkpointer.dump(Checkpointer.Then.GO_ON);
      byte[] good = scene.contents();
      long lost = scene.region.start() + 2 * 4096;
      scene.space.memory().putLong(lost, 123456789);
      scene.checkpointer.lose = PageSet.of(lost, lost + 4096);
      assertThatThrownBy(() -> scene.checkpointer.dump(Checkpointer.Then.GO_ON))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("toy did not report them: 1 pages {0x%x-".formatted(lost));
      assertThat(scene.checkpointer.aborts).isEqualTo(1);
      assertThat(CheckpointScene.restored(directory)).isEqualTo(good);
      scene.checkpointer.lose = PageSet.empty();
      scene.checkpointer.dump(Checkpointer.Then.GO_ON);
      assertThat(CheckpointScene.restored(directory)).isEqualTo(scene.contents());
    }
  }

  @Test
  void takenAddressOfOneRegionOfSeveralIsNamed() throws Exception {
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), 5)) {
      scene.mutate();
      scene.space.map(RegionRequest.anonymous("second", 4096));
      scene.checkpointer.dump(Checkpointer.Then.END);
      TestSpace other = ToySubstrate.space();
      other.map(RegionRequest.anonymous("other", 4096).at(scene.region.start()));
      assertThatThrownBy(() -> RestoredProgram.restore(ImageSet.open(directory), other))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("region heap can't be mapped on toy where it was")
          .hasMessageContaining("wanted free addresses");
    }
  }

  @Test
  void afterARestoreElsewhereTheNextSetIsWhole() throws Exception {
    byte[] contents;
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), 5)) {
      scene.mutate();
      scene.checkpointer.dump(Checkpointer.Then.END);
      contents = scene.contents();
    }
    ImageSet set = ImageSet.open(directory);
    TestSpace other = ToySubstrate.space();
    other.map(RegionRequest.anonymous("other", 4096).at(set.description().heapAddress()));
    RestoredProgram program = RestoredProgram.restore(set, other);
    assertThat(program.heap().start()).isNotEqualTo(set.description().heapAddress());
    assertThat(CheckpointScene.contents(other, program.heap())).isEqualTo(contents);
    try (ImageStore store = ImageStore.open(directory);
        TrackedCheckpointer checkpointer =
            new TrackedCheckpointer(
                other,
                new Subject("toy", "small", CheckpointScene.PID, program.heap()),
                store,
                new Checkpointer.Options(true, true, 0, new Checkpointer.Observer() {}))) {
      checkpointer.restored(set);
      checkpointer.dump(Checkpointer.Then.END);
    }
    assertThat(ImageSet.open(directory).parent()).isEmpty();
  }

  @Test
  void directoryThatCannotBeWrittenIsOneLineAndLeavesNothing() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    assertThatThrownBy(() -> new CheckpointScene(file, new DiskFiles(), 6))
        .hasMessageContaining("no directory but another file at " + file)
        .hasMessageContaining("wanted a directory that can be written to");
    assertThatThrownBy(() -> new CheckpointScene(file.resolve("below"), new DiskFiles(), 6))
        .hasMessageContaining("wanted a directory that can be written to");
    assertThatThrownBy(() -> new CheckpointScene(Path.of("/proc/ooh/images"), new DiskFiles(), 6))
        .hasMessageContaining("image directory /proc/ooh/images");
    assertThat(directory).isDirectoryNotContaining(path -> !path.equals(file));
  }

  @Test
  void directoriesMadeForNothingAreRemoved() throws Exception {
    Path deep = directory.resolve("a/b/c");
    new CheckpointScene(deep, new DiskFiles(), 7).close();
    assertThat(directory).isEmptyDirectory();
    try (CheckpointScene scene = new CheckpointScene(deep, new DiskFiles(), 7)) {
      scene.checkpointer.dump(Checkpointer.Then.END);
    }
    assertThat(deep.resolve("latest")).isSymbolicLink();
  }
}
