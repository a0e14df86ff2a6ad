package dev.ooh.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.image.file.DiskFiles;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.testing.jvm.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that dumps on and on, killed with SIGKILL. */
class KillTest {
  private static final int KILLS = 6;

  @TempDir private Path directory;

  /**
   * What is killed: dumps to the directory that is its argument, and tells after each. Pages are
   * compressed where the seed is odd.
   */
  public static final class Dumper {
    public static void main(String[] arguments) throws Exception {
      Path directory = Path.of(arguments[0]);
      long seed = Long.parseLong(arguments[1]);
      try (CheckpointScene scene =
          new CheckpointScene(
              directory, new DiskFiles(), seed, store -> store.preferably(seed % 2 != 0))) {
        while (true) {
          scene.mutate();
          scene.checkpointer.preDump();
          scene.mutate();
          scene.checkpointer.dump(Checkpointer.Then.GO_ON);
          System.out.println("dumped");
        }
      }
    }
  }

  private Process dumper(long seed) throws IOException {
    return ChildJvm.of(Dumper.class, directory.toString(), Long.toString(seed)).builder().start();
  }

  @Test
  void aSecondWriterIsToldWhoTheFirstIs() throws Exception {
    Process first = dumper(1);
    try (BufferedReader out = first.inputReader()) {
      assertThat(out.readLine()).isEqualTo("dumped");
      assertThatThrownBy(() -> ImageStore.open(directory, new DiskFiles()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("process " + first.pid() + " writes to it");
    } finally {
      first.destroyForcibly().waitFor();
    }
    ImageStore.open(directory, new DiskFiles()).close();
  }

  @Test
  void aRefusalDoesNotTakeTheLockFromItsHolder() throws Exception {
    try (ImageStore holder = ImageStore.open(directory, new DiskFiles())) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> ImageStore.open(directory, new DiskFiles()))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("this one, writes to it");
      }
      Process second = dumper(1);
      try (BufferedReader errors = second.errorReader()) {
        assertThat(errors.lines())
            .anyMatch(
                line ->
                    line.contains("process " + ProcessHandle.current().pid() + " writes to it"));
      } finally {
        second.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void previousSetIsUsableAndNothingHalfWrittenIsVisible() throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < KILLS; i++) {
      Process process = dumper(random.nextLong());
      try (BufferedReader out = process.inputReader()) {
        assertThat(out.readLine()).as("seed %d", seed).isEqualTo("dumped");
        LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(150)));
      } finally {
        process.destroyForcibly();
        process.waitFor();
      }
      assertThat(CheckpointScene.restored(directory)).as("seed %d", seed).isNotEmpty();
      try (DirectoryStream<Path> sets = Files.newDirectoryStream(directory, "set-*")) {
        for (Path set : sets) {
          ImageSet.open(set).readPages((address, buffer, length) -> {});
        }
      }
    }
    new CheckpointScene(directory, new DiskFiles(), seed).close();
    try (DirectoryStream<Path> drafts = Files.newDirectoryStream(directory, ".draft-*")) {
      assertThat(List.of(drafts.iterator().hasNext())).as("seed %d", seed).containsExactly(false);
    }
  }
}
