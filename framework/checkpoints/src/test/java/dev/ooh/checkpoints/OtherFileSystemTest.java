package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints where {@code java.nio.file} leads elsewhere than to the disk. */
class OtherFileSystemTest {
  private static final long BYTES = 1 << 20;
  private static final int LIVES = 3;

  @Test
  void segmentsComeBackFromAnotherFileSystem(@TempDir Path disk) throws Exception {
    try (FileSystem system = Jimfs.newFileSystem(Configuration.unix())) {
      Path state = system.getPath("/state");
      for (long life = 0; life < LIVES; life++) {
        try (Arena arena = Arena.ofShared();
            Checkpoints checkpoints = Checkpoints.open(state)) {
          assertThat(checkpoints.weaker()).anyMatch(line -> line.contains("loss of power"));
          MemorySegment counters = checkpoints.segment("counters", BYTES, arena);
          for (long offset = 0; offset < BYTES; offset += 1 << 16) {
            assertThat(counters.get(JAVA_LONG, offset)).isEqualTo(life);
            counters.set(JAVA_LONG, offset, life + 1);
          }
          checkpoints.take().join();
        }
      }
    }
    try (Checkpoints checkpoints = Checkpoints.open(disk)) {
      assertThat(checkpoints.weaker()).isEmpty();
    }
  }
}
