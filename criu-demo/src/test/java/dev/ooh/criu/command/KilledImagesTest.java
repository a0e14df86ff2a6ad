package dev.ooh.criu.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.criu.CheckpointScene;
import dev.ooh.criu.Checkpointer.Then;
import dev.ooh.testing.jvm.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that dumps, merges and prunes on and on, killed with SIGKILL. */
@Timeout(3600)
class KilledImagesTest {
  private static final int FEW = 3;
  private static final int MANY = 500;
  private static final int DUMPS = 3;

  /** What the process says it is about to do; in turns it is killed soon after one of them. */
  private static final List<String> WORDS = List.of("merge", "prune", "dump");

  @TempDir private Path directory;
  @TempDir private Path elsewhere;

  /**
   * What is killed: programs one after the other, each of which leaves a chain that is merged and
   * pruned then. Says the number of each dump that is durable.
   */
  public static final class Keeper {
    public static void main(String[] arguments) throws Exception {
      Path directory = Path.of(arguments[0]);
      long seed = Long.parseLong(arguments[1]);
      for (long dump = 0; true; ) {
        try (CheckpointScene scene = scene(directory, seed, dump)) {
          for (int i = 0; i < DUMPS; i++, dump++) {
            System.out.println("dump");
            scene.mutate();
            scene.checkpointer.preDump();
            scene.mutate();
            scene.checkpointer.dump(Then.GO_ON);
            System.out.println(dump);
          }
        }
        for (String action : List.of("merge", "prune")) {
          System.out.println(action);
          String complaint = images(action, directory);
          if (!complaint.isEmpty()) {
            throw new AssertionError(complaint);
          }
        }
      }
    }
  }

  /** The program that takes the dump of this number. */
  private static CheckpointScene scene(Path directory, long seed, long dump) throws IOException {
    long program = dump / DUMPS;
    return new CheckpointScene(
        directory, seed + program, store -> store.preferably(program % 2 != 0));
  }

  /** What {@code ooh images} complains of. */
  private static String images(String action, Path directory) {
    return Executed.images(action, directory.toString()).err();
  }

  private byte[] contents(long seed, long dump) throws IOException {
    Path beside = Files.createTempDirectory(elsewhere, "shadow");
    try (CheckpointScene scene = scene(beside, seed, dump)) {
      for (long i = dump - dump % DUMPS; i <= dump; i++) {
        scene.mutate();
        scene.mutate();
      }
      return scene.contents();
    }
  }

  private static String text(BufferedReader reader) {
    return reader.lines().collect(Collectors.joining("\n"));
  }

  @Test
  void theNewestDumpIsRestored() throws Exception {
    killAndRestore(FEW);
  }

  @Test
  @Tag("soak")
  void theNewestDumpIsRestoredAllTheTimes() throws Exception {
    killAndRestore(MANY);
  }

  private void killAndRestore(int kills) throws Exception {
    long first = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(first);
    for (int kill = 0; kill < kills; kill++) {
      long seed = random.nextLong();
      String word = WORDS.get(kill % WORDS.size());
      String last = "";
      long told = -1;
      Process process =
          ChildJvm.of(Keeper.class, directory.toString(), Long.toString(seed)).builder().start();
      try (BufferedReader out = process.inputReader()) {
        boolean killed = false;
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          last = line;
          if (line.matches("\\d+")) {
            told = Long.parseLong(line);
          } else if (!killed && told >= 0 && line.equals(word)) {
            LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(60)));
            process.toHandle().destroyForcibly(); // the process itself would close what it said
            killed = true;
          }
        }
        assertThat(killed)
            .as("seed %d kill %d: %s", first, kill, killed ? "" : text(process.errorReader()))
            .isTrue();
      } finally {
        process.destroyForcibly().waitFor();
      }
      String when = "seed %d kill %d after %d and %s".formatted(first, kill, told, last);
      assertThat(images("check", directory)).as(when).isEmpty();
      assertThat(CheckpointScene.restored(directory))
          .as(when)
          .isIn(contents(seed, told), contents(seed, told + 1));
    }
  }
}
