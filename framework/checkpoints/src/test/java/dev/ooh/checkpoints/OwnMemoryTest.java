package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Memory that the program has already, beside what it is given. */
@Timeout(300)
class OwnMemoryTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 40;
  private static final long BYTES = (long) PAGES * PAGE;

  @TempDir private Path directory;

  private static MemorySegment dirty(Arena arena) {
    MemorySegment memory = arena.allocate(BYTES, PAGE);
    memory.fill((byte) 99);
    return memory;
  }

  private static byte[] contents(MemorySegment segment) {
    return segment.toArray(JAVA_BYTE);
  }

  /** Pages of 1, one of zeros, and then one of 2. */
  private byte[] fill() throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      MemorySegment own = arena.allocate(BYTES, PAGE);
      MemorySegment given = checkpoints.segment("given", PAGE, arena);
      own.fill((byte) 1);
      own.asSlice(3 * PAGE, PAGE).fill((byte) 0);
      given.fill((byte) 3);
      assertThat(checkpoints.add("own", own)).isFalse();
      assertThat(checkpoints.take().join().pagesWritten()).isEqualTo(PAGES);
      own.asSlice(5 * PAGE, PAGE).fill((byte) 2);
      assertThat(checkpoints.take().join().pagesWritten()).isEqualTo(1);
      return contents(own);
    }
  }

  @Test
  void isFilledWithWhatTheNewestCheckpointHasAndTracked() throws Exception {
    byte[] expected = fill();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      MemorySegment own = dirty(arena);
      assertThat(checkpoints.add("own", own)).isTrue();
      assertThat(contents(own)).isEqualTo(expected);
      MemorySegment given = checkpoints.segment("given", PAGE, arena);
      assertThat(contents(given)).containsOnly(3);
      own.set(JAVA_LONG, 3 * PAGE, 4);
      assertThat(checkpoints.take().join().pagesWritten()).isEqualTo(1);
      expected = contents(own);
    }
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      // By name alone: it does not matter whose memory it was.
      assertThat(contents(checkpoints.segment("own", BYTES, arena))).isEqualTo(expected);
      MemorySegment given = arena.allocate(PAGE, PAGE);
      assertThat(checkpoints.add("given", given)).isTrue();
      assertThat(contents(given)).containsOnly(3);
    }
  }

  @Test
  void isReadAtOnceWhereAllElseIsMapped() throws Exception {
    byte[] expected = fill();
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints =
            Checkpoints.openLazily(directory, CheckpointOptions.defaults(), damage -> {})) {
      MemorySegment own = dirty(arena);
      assertThat(checkpoints.add("own", own)).isTrue();
      assertThat(contents(own)).isEqualTo(expected);
      MemorySegment given = checkpoints.segment("given", PAGE, arena);
      own.set(JAVA_LONG, 3 * PAGE, 4); // nobody watches yet
      own.set(JAVA_LONG, 5 * PAGE, 5);
      given.set(JAVA_LONG, 0, 6);
      checkpoints.take().join();
      own.set(JAVA_LONG, 7 * PAGE, 7);
      assertThat(checkpoints.take().join().pagesWritten()).isEqualTo(1);
      expected = contents(own);
    }
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      assertThat(contents(checkpoints.segment("own", BYTES, arena))).isEqualTo(expected);
      assertThat(checkpoints.segment("given", PAGE, arena).get(JAVA_LONG, 0)).isEqualTo(6);
    }
  }

  @Test
  void mayBeAFileThatTheProgramHasMapped(@TempDir Path elsewhere) throws Exception {
    byte[] expected = fill();
    Path file = elsewhere.resolve("file");
    try (Arena arena = Arena.ofShared();
        FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        Checkpoints checkpoints =
            Checkpoints.open(
                directory, CheckpointOptions.defaults().withStandstill(() -> () -> {}))) {
      MemorySegment own = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES, arena);
      assertThat(checkpoints.add("own", own)).isTrue();
      assertThat(Files.readAllBytes(file)).isEqualTo(expected);
      checkpoints.forget("given");
      own.set(JAVA_LONG, 3 * PAGE, 4);
      checkpoints.take().join();
      expected = contents(own);
    }
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      assertThat(contents(checkpoints.segment("own", BYTES, arena))).isEqualTo(expected);
    }
  }

  @Test
  void whatCannotBeTakenIsNamed() throws Exception {
    byte[] _ = fill();
    try (Arena arena = Arena.ofShared();
        Arena confined = Arena.ofConfined();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      MemorySegment own = arena.allocate(BYTES, PAGE);
      refused(checkpoints, MemorySegment.ofArray(new byte[PAGE]), "found memory of the Java heap");
      refused(checkpoints, own.asReadOnly(), "found read-only memory");
      refused(checkpoints, own.asSlice(0, 0), "found 0 bytes");
      refused(checkpoints, own.asSlice(8, PAGE), "wanted whole pages");
      refused(checkpoints, own.asSlice(0, PAGE + 8), "wanted whole pages");
      refused(checkpoints, confined.allocate(BYTES, PAGE), "found an arena of one thread");
      assertThatThrownBy(() -> checkpoints.add("own", own.asSlice(0, PAGE)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("segment own: found %d bytes in %s".formatted(BYTES, directory));
      assertThat(checkpoints.add("own", own)).isTrue();
      refused(checkpoints, own.asSlice(PAGE, PAGE), "found memory of segment own");
      assertThatThrownBy(() -> checkpoints.add("own", dirty(arena)))
          .hasMessageContaining("segment own was asked for before");
      checkpoints.forget("given");
      checkpoints.forget("own");
      assertThat(checkpoints.add("other", own.asSlice(PAGE, PAGE))).isFalse();
    }
  }

  private static void refused(Checkpoints checkpoints, MemorySegment memory, String why) {
    assertThatThrownBy(() -> checkpoints.add("other", memory))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("segment other: ")
        .hasMessageContaining(why);
  }
}
