package dev.ooh.criu.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.criu.CheckpointScene;
import dev.ooh.criu.Checkpointer;
import dev.ooh.image.file.DiskFiles;
import dev.ooh.image.reader.LazySet;
import dev.ooh.testing.space.TestExecution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BackgroundCheckTest {
  @TempDir private Path directory;
  private final TestExecution execution = new TestExecution();

  @BeforeEach
  void dump() throws Exception {
    try (CheckpointScene scene = new CheckpointScene(directory, new DiskFiles(), 1)) {
      scene.mutate();
      scene.checkpointer.dump(Checkpointer.Then.END);
    }
  }

  private BackgroundCheck check() throws IOException {
    return new BackgroundCheck(LazySet.open(directory));
  }

  @Test
  void givesTheResultOfAProgramWhoseSetIsWhole() throws Exception {
    assertThat(check().beside(execution, () -> 7)).isEqualTo(7);
  }

  @Test
  void aProgramThatFailsSaysWhy() throws Exception {
    BackgroundCheck check = check();
    assertThatThrownBy(
            () ->
                check.beside(
                    execution,
                    () -> {
                      throw new IOException("its own");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("its own");
  }

  /** It may be what keeps it from its end. */
  @Test
  void damageIsToldOfAProgramThatNeverEnds() throws Exception {
    Path pages = directory.resolve("latest/pages-1.img");
    byte[] bytes = Files.readAllBytes(pages);
    bytes[5000] ^= 4;
    Files.write(pages, bytes);
    BackgroundCheck check = check();
    CountDownLatch end = new CountDownLatch(1);
    assertThatThrownBy(
            () ->
                check.beside(
                    execution,
                    () -> {
                      end.await();
                      return 7;
                    }))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("pages-1.img at offset 4096");
    end.countDown();
  }
}
