package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.checkpoints.Checkpoint.Rest;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.SetFolder;
import dev.ooh.library.PageTracker;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** First checkpoints of much memory, most of which is written before writers stand still. */
class WriteAheadTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 2000;
  private static final int ROOM = 100 * PAGE;

  /** To be copied, for which {@link #ROOM} is. */
  private static final int TOO_MANY = 150;

  @TempDir private Path directory;

  private Runnable whileWritten = () -> {};
  private Moment atTheMoment = () -> {};

  private interface Moment {
    void run() throws InterruptedException;
  }

  private CheckpointOptions options() {
    return CheckpointOptions.defaults()
        .withCopyBytes(ROOM) // for what changes meanwhile, and not for all
        .withStandstill(
            () -> {
              atTheMoment.run();
              return () -> {};
            })
        .withListener(
            new CheckpointListener() {
              @Override
              public void writing(long pages, long ofPages) {
                whileWritten.run();
                whileWritten = () -> {};
              }
            });
  }

  private Checkpoints open(FillingFiles files) throws Exception {
    return Checkpoints.open(directory, options(), files, from((long) PAGES * PAGE));
  }

  private static Thresholds from(long bytes) {
    return new Thresholds(bytes, Long.MAX_VALUE);
  }

  /** Every page but each tenth has contents. */
  private static MemorySegment filled(Checkpoints checkpoints, Arena arena) throws Exception {
    MemorySegment memory = checkpoints.segment("s", (long) PAGES * PAGE, arena);
    for (int page = 0; page < PAGES; page++) {
      if (page % 10 != 0) {
        memory.set(JAVA_LONG, (long) page * PAGE, page);
      }
    }
    return memory;
  }

  private byte[] restored() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      return checkpoints.segment("s", (long) PAGES * PAGE, arena).toArray(JAVA_BYTE);
    }
  }

  /** The first mebibyte is in the file by the time of the changes, the rest is not. */
  private static void change(MemorySegment memory) {
    for (long page : new long[] {3, 4, 1501}) {
      memory.set(JAVA_LONG, page * PAGE + 8, -page);
    }
    for (long empty : new long[] {10, 1600}) {
      memory.set(JAVA_LONG, empty * PAGE, 7);
    }
    for (long full : new long[] {11, 1601}) {
      memory.asSlice(full * PAGE, PAGE).fill((byte) 0);
    }
  }

  @Test
  void whatChangesWhileItIsWrittenIsInTheSetThatIsRestored() throws Exception {
    byte[] then;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open(new FillingFiles())) {
      MemorySegment memory = filled(checkpoints, arena);
      whileWritten = () -> change(memory);
      atTheMoment = () -> memory.set(JAVA_LONG, 20 * PAGE, 8);
      Checkpoint taken = checkpoints.take().join();
      then = memory.toArray(JAVA_BYTE);
      assertThat(taken.rest()).isEqualTo(Rest.COPIED_WHILE_STOPPED);
      assertThat(taken.pagesWritten()).as("those that changed and are not empty").isEqualTo(6);
      assertThat(taken.pages()).isEqualTo(PAGES - PAGES / 10 - 2 + 3);
    }
    assertThat(ImageSet.open(directory).chainLength()).isEqualTo(2);
    assertThat(restored()).isEqualTo(then);
  }

  /**
   * Nobody watches between two techniques. A page is written to once, at any time from the first
   * set on, as most are that nobody would ever see again.
   */
  @Test
  void whatChangesWhileTheTechniqueDoesIsInTheSetThatIsRestored() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<byte[]> then = new AtomicReference<>();
    try (PageTracker tracker = PageTracker.track()) {
      Optional<String> refusal = tracker.copyBeforeWrite().orElseThrow().refusal();
      assumeTrue(refusal.isEmpty(), refusal::toString);
    }
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open(new FillingFiles())) {
      MemorySegment memory = filled(checkpoints, arena);
      Thread writer = Thread.ofPlatform().unstarted(() -> writeEachOnce(memory, stop));
      whileWritten =
          () -> {
            for (int page = 0; page < TOO_MANY; page++) {
              memory.set(JAVA_LONG, (long) page * PAGE + 8, -1);
            }
            writer.start();
          };
      atTheMoment =
          () -> {
            stop.set(true);
            writer.join();
            then.set(memory.toArray(JAVA_BYTE));
          };
      Checkpoint taken = checkpoints.take().join();
      assertThat(taken.technique()).as(taken.reason()).isEqualTo("uffd");
    }
    assertThat(restored()).isEqualTo(then.get());
  }

  private void writeEachOnce(MemorySegment memory, AtomicBoolean stop) {
    while (!Files.exists(directory.resolve("set-000001"))) {
      Thread.onSpinWait();
    }
    for (int page = TOO_MANY; page < PAGES && !stop.get(); page++) {
      memory.set(JAVA_LONG, (long) page * PAGE + 8, -1);
      LockSupport.parkNanos(100_000); // or all would be written before the change
    }
  }

  @Test
  void aFullDiskLeavesNothingAndCostsNoPage() throws Exception {
    FillingFiles files = new FillingFiles();
    byte[] then;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open(files)) {
      MemorySegment memory = filled(checkpoints, arena);
      files.room(PAGES / 2 * PAGE);
      assertThatThrownBy(checkpoints::take)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left");
      assertThat(files()).containsExactly(".lock");
      files.room(Long.MAX_VALUE);
      whileWritten = () -> change(memory);
      checkpoints.take().join();
      then = memory.toArray(JAVA_BYTE);
    }
    assertThat(restored()).isEqualTo(then);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(path -> path.getFileName().toString()).toList();
    }
  }

  @Test
  void aProgramThatFailsToStopBuildsOnWhatIsWritten() throws Exception {
    byte[] then;
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open(new FillingFiles())) {
      MemorySegment memory = filled(checkpoints, arena);
      failToStop(checkpoints);
      memory.set(JAVA_LONG, 30 * PAGE, 9);
      assertThat(checkpoints.take().join().pagesWritten()).isEqualTo(1);
      then = memory.toArray(JAVA_BYTE);
    }
    assertThat(restored()).isEqualTo(then);
  }

  private void failToStop(Checkpoints checkpoints) {
    atTheMoment =
        () -> {
          throw new IllegalStateException("it goes on");
        };
    assertThatThrownBy(checkpoints::take).hasMessage("it goes on");
    atTheMoment = () -> {};
  }

  @Test
  void whatNothingWasBuiltOnIsNotRestoredAndGoes() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open(new FillingFiles())) {
      MemorySegment _ = filled(checkpoints, arena);
      failToStop(checkpoints);
      assertThat(new SetFolder(directory).sets()).hasSize(1);
    }
    try (Checkpoints checkpoints = open(new FillingFiles())) {
      assertThat(checkpoints.restored()).isFalse();
      assertThat(new SetFolder(directory).sets()).isEmpty();
    }
  }

  @Test
  void onlyAFirstOneOfMuchMemoryIsWrittenAhead() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            Checkpoints.open(
                directory, options(), new FillingFiles(), from((long) PAGES * PAGE + 1))) {
      MemorySegment _ = filled(checkpoints, arena);
      checkpoints.take().join();
    }
    assertThat(ImageSet.open(directory).chainLength()).isEqualTo(1);
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = open(new FillingFiles())) {
      checkpoints.segment("s", (long) PAGES * PAGE, arena).fill((byte) 1);
      checkpoints.take().join();
    }
    assertThat(new SetFolder(directory).sets()).hasSize(2);
  }
}
