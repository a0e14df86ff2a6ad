package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.SetFolder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A chain is folded while the program takes one checkpoint after another. */
@Timeout(300)
class FoldingTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 50;

  @TempDir private Path directory;
  private final HeldFiles files = HeldFiles.folds();
  private final List<Exception> failures = new CopyOnWriteArrayList<>();
  private final CheckpointOptions options =
      CheckpointOptions.defaults()
          .withLongestChain(3)
          .withListener(
              new CheckpointListener() {
                @Override
                public void failed(Exception reason) {
                  failures.add(reason);
                }
              });

  private static MemorySegment segment(Checkpoints checkpoints, Arena arena) throws Exception {
    return checkpoints.segment("s", PAGES * PAGE, arena);
  }

  /** So many checkpoints, each of a step's number, of a page more, and of one that is zeros now. */
  private static void takeSome(Checkpoints checkpoints, MemorySegment segment, int first, int many)
      throws Exception {
    for (int i = first; i < first + many; i++) {
      segment.set(JAVA_LONG, 8, i + 1);
      segment.set(JAVA_LONG, (long) i * PAGE, i + 1);
      segment.asSlice((long) (PAGES - 1 - i) * PAGE, PAGE).fill((byte) 0);
      assertThat(checkpoints.take().join().pagesWritten()).isEqualTo(i == 0 ? 1 : 2);
    }
  }

  /** Four checkpoints are taken, and the fold that they call for is held. */
  private static MemorySegment beingFolded(Checkpoints checkpoints, Arena arena, HeldFiles files)
      throws Exception {
    MemorySegment segment = segment(checkpoints, arena);
    segment.fill((byte) 1);
    assertThat(checkpoints.take().join().pagesWritten()).isEqualTo(PAGES);
    takeSome(checkpoints, segment, 0, 3);
    files.begun.await();
    return segment;
  }

  private byte[] onDisk() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      return segment(checkpoints, arena).toArray(JAVA_BYTE);
    }
  }

  @Test
  void checkpointsGoOnMeanwhileAndTheFoldHasThemToo() throws Exception {
    byte[] expected;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options, files)) {
      MemorySegment segment = beingFolded(checkpoints, arena, files);
      takeSome(checkpoints, segment, 3, 4);
      assertThat(new SetFolder(directory).sets()).hasSize(8);
      files.mayGoOn.countDown();
      expected = segment.toArray(JAVA_BYTE);
    }
    assertThat(failures).isEmpty();
    ImageSet newest = ImageSet.open(directory);
    assertThat(newest.chainLength()).isEqualTo(2);
    assertThat(newest.presentPages()).isEqualTo(5);
    assertThat(new SetFolder(directory).sets()).hasSize(2);
    assertThat(onDisk()).isEqualTo(expected);
  }

  @Test
  void theNextOneBuildsOnWhatWasFolded() throws Exception {
    files.mayGoOn.countDown();
    byte[] expected;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options, files)) {
      MemorySegment segment = segment(checkpoints, arena);
      segment.fill((byte) 1);
      assertThat(checkpoints.take().join().pagesWritten()).isEqualTo(PAGES);
      takeSome(checkpoints, segment, 0, 20);
      expected = segment.toArray(JAVA_BYTE);
    }
    assertThat(failures).isEmpty();
    assertThat(onDisk()).isEqualTo(expected);
  }

  /** Those that are to be kept are checkpoints, not what a fold builds on. */
  @Test
  void asManyCheckpointsAreKeptAsAreWanted() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options.withKeep(3), files)) {
      MemorySegment segment = beingFolded(checkpoints, arena, files);
      takeSome(checkpoints, segment, 3, 2);
      files.mayGoOn.countDown();
    }
    Set<Long> found = new HashSet<>();
    for (Path set : new SetFolder(directory).sets()) {
      ImageSet opened = ImageSet.open(set);
      if (opened.description().complete()) {
        found.add(lastStep(opened));
      }
    }
    assertThat(found).contains(3L, 4L, 5L);
    assertThat(failures).isEmpty();
  }

  /** Of {@link #takeSome}. */
  private static long lastStep(ImageSet set) throws Exception {
    List<Long> first = new ArrayList<>();
    set.readPages(
        (address, page, length) ->
            first.add(MemorySegment.ofArray(page).get(JAVA_LONG_UNALIGNED, 8)));
    return first.getFirst();
  }

  @Test
  void aFoldThatFailsIsToldAndTriedAgain() throws Exception {
    byte[] expected;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options, files)) {
      files.full = true;
      MemorySegment segment = beingFolded(checkpoints, arena, files);
      takeSome(checkpoints, segment, 3, 1);
      files.mayGoOn.countDown();
      expected = segment.toArray(JAVA_BYTE);
    }
    assertThat(failures).singleElement().asString().contains("No space left on device");
    assertThat(new SetFolder(directory).sets()).hasSize(5);
    assertThat(onDisk()).isEqualTo(expected);
    files.full = false;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options, files)) {
      takeSome(checkpoints, segment(checkpoints, arena), 4, 1);
    }
    assertThat(ImageSet.open(directory).chainLength()).isEqualTo(1);
    assertThat(new SetFolder(directory).sets()).hasSize(1);
  }

  @Test
  void aFoldThatFindsNoRoomIsNotBegunAndThatIsToldOnce() throws Exception {
    files.mayGoOn.countDown();
    files.usable = PAGE;
    byte[] expected;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options, files)) {
      MemorySegment segment = segment(checkpoints, arena);
      segment.fill((byte) 1);
      checkpoints.take().join();
      takeSome(checkpoints, segment, 0, 5);
      assertThatThrownBy(() -> checkpoints.forget("nothing")) // when all is done that was begun
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(files.begun.getCount()).isEqualTo(1);
      assertThat(failures)
          .singleElement()
          .asString()
          .contains("found room for 4096 bytes, wanted ", " to fold the chain");
      files.usable = Long.MAX_VALUE;
      takeSome(checkpoints, segment, 5, 1);
      expected = segment.toArray(JAVA_BYTE);
    }
    assertThat(failures).hasSize(1);
    assertThat(new SetFolder(directory).sets()).hasSize(1);
    assertThat(onDisk()).isEqualTo(expected);
  }

  /** Whichever name or link can't be made durable in the end: what was taken can be restored. */
  @Test
  void aStepOfItsEndThatFailsCostsNoCheckpoint(@TempDir Path places) throws Exception {
    boolean failed = true;
    for (int steps = 0; failed; steps++) {
      directory = Files.createDirectory(places.resolve("steps-" + steps));
      HeldFiles folds = HeldFiles.folds();
      FailingFiles failing = new FailingFiles(folds);
      byte[] expected;
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints = Checkpoints.open(directory, options, failing)) {
        MemorySegment segment = beingFolded(checkpoints, arena, folds);
        takeSome(checkpoints, segment, 3, 2);
        failing.failAfter(steps);
        folds.mayGoOn.countDown();
        expected = segment.toArray(JAVA_BYTE);
      }
      failed = failing.hasFailed();
      assertThat(onDisk()).as("after %d steps: %s", steps, failures).isEqualTo(expected);
      assertThat(failures).as("after %d steps", steps).hasSize(failed ? 1 : 0);
      failures.clear();
    }
  }

  /** What nobody needs is removed from a disk on which nothing more can be made. */
  @Test
  void oldSetsGoFromAFullDisk() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory, options, files)) {
      MemorySegment segment = beingFolded(checkpoints, arena, files);
      files.directories = false;
      files.mayGoOn.countDown();
    }
    assertThat(failures).isEmpty();
    assertThat(new SetFolder(directory).sets()).hasSize(1);
  }
}
