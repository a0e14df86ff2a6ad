package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that takes checkpoints on and on, folds and prunes them, killed with SIGKILL. */
class KilledTest {
  private static final int FEW = 3;
  private static final int MANY = 500;

  @TempDir private Path directory;

  /** Tells its chosen number of steps after each checkpoint that is durable. */
  public static final class Program {
    public static void main(String[] arguments) throws Exception {
      Path directory = Path.of(arguments[0]);
      long seed = Long.parseLong(arguments[1]);
      CheckpointOptions options = CheckpointOptions.defaults().withLongestChain(3);
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints = Checkpoints.open(directory, options)) {
        MemorySegment memory = checkpoints.segment(Story.NAME, Story.BYTES, arena);
        System.out.println("from " + Story.steps(memory));
        while (true) {
          Story.step(seed, memory);
          checkpoints.take().join();
          System.out.println(Story.steps(memory));
        }
      }
    }
  }

  @Test
  void isBackWhereItWas() throws Exception {
    killAndLookAfterIt(FEW);
  }

  @Test
  @Tag("soak")
  void isBackWhereItWasAllTheTimes() throws Exception {
    killAndLookAfterIt(MANY);
  }

  private void killAndLookAfterIt(int kills) throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    long told = 0;
    for (int kill = 0; kill < kills; kill++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Program.class.getName(),
                  directory.toString(),
                  Long.toString(seed))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader out = process.inputReader()) {
        assertThat(out.readLine()).as("seed %d kill %d", seed, kill).startsWith("from ");
        LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(120)));
        process.toHandle().destroyForcibly(); // the process itself would close what it said
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          told = line.isEmpty() ? told : Long.parseLong(line);
        }
      } finally {
        process.destroyForcibly().waitFor();
      }
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints = Checkpoints.open(directory)) {
        MemorySegment memory = checkpoints.segment(Story.NAME, Story.BYTES, arena);
        long steps = Story.steps(memory);
        assertThat(steps).as("seed %d kill %d", seed, kill).isGreaterThanOrEqualTo(told);
        assertThat(memory.toArray(JAVA_BYTE))
            .as("seed %d kill %d", seed, kill)
            .isEqualTo(Story.after(seed, steps));
        told = steps;
      }
    }
    assertThat(told).as("seed %d", seed).isPositive();
  }
}
