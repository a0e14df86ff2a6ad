package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.testing.jvm.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that takes checkpoints on and on, folds and prunes them, killed with SIGKILL. */
class KilledTest {
  private static final int FEW = 3;
  private static final int MANY = 500;
  private static final String LAZILY = "lazily";
  private static final String COMPRESSED = "compressed";

  /** In turns: compressed pages can't be mapped, so the lazy one comes before. */
  private static final List<String[]> LIVES =
      List.of(new String[0], new String[] {LAZILY}, new String[] {COMPRESSED});

  @TempDir private Path directory;

  /** Tells its chosen number of steps after each checkpoint that is durable. */
  public static final class Program {
    public static void main(String[] arguments) throws Exception {
      Path directory = Path.of(arguments[0]);
      long seed = Long.parseLong(arguments[1]);
      List<String> said = List.of(arguments).subList(2, arguments.length);
      CheckpointOptions plain = CheckpointOptions.defaults().withLongestChain(3);
      CheckpointOptions options = said.contains(COMPRESSED) ? plain.withCompression() : plain;
      try (Arena arena = Arena.ofShared();
          Checkpoints checkpoints =
              said.contains(LAZILY)
                  ? Checkpoints.openLazily(directory, options, Program::end)
                  : Checkpoints.open(directory, options)) {
        MemorySegment memory = checkpoints.segment(Story.NAME, Story.BYTES, arena);
        System.out.println("from " + Story.steps(memory));
        long left =
            said.stream()
                .filter(word -> word.matches("\\d+"))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(Long.MAX_VALUE);
        while (left-- > 0) {
          Story.step(seed, memory);
          checkpoints.take().join();
          System.out.println(Story.steps(memory));
        }
      } catch (IOException e) {
        System.out.println("refused: " + e.getMessage());
      }
    }

    private static void end(IOException damage) {
      System.out.println("damaged: " + damage.getMessage());
      Runtime.getRuntime().halt(1);
    }
  }

  private Process start(long seed, String... more) throws IOException {
    String[] arguments =
        Stream.concat(Stream.of(directory.toString(), Long.toString(seed)), Stream.of(more))
            .toArray(String[]::new);
    return ChildJvm.of(Program.class, arguments)
        .with("--enable-native-access=ALL-UNNAMED")
        .builder()
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  @Test
  void ofThreeWritersEachIsRefusedOrSucceeds() throws Exception {
    letThreeWrite(1, 20);
  }

  @Test
  @Tag("soak")
  void ofThreeWritersEachIsRefusedOrSucceedsAllTheTimes() throws Exception {
    letThreeWrite(20, 300);
  }

  private void letThreeWrite(int times, int checkpoints) throws Exception {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    long expected = 0;
    for (int time = 0; time < times; time++) {
      List<Process> writers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        writers.add(start(seed, Integer.toString(checkpoints)));
      }
      int refused = 0;
      for (Process writer : writers) {
        List<String> said = writer.inputReader().lines().toList();
        assertThat(writer.waitFor()).as("seed %d: %s", seed, said).isZero();
        if (said.getFirst().startsWith("refused")) {
          assertThat(said.getFirst()).contains("process ", " writes to it");
          refused++;
        } else {
          assertThat(said).as("seed %d", seed).hasSize(checkpoints + 1);
          expected += checkpoints;
        }
      }
      assertThat(refused).isLessThan(3);
      assertThat(restoredSteps(seed)).isEqualTo(expected);
    }
  }

  private long restoredSteps(long seed) throws Exception {
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(directory)) {
      MemorySegment memory = checkpoints.segment(Story.NAME, Story.BYTES, arena);
      long steps = Story.steps(memory);
      assertThat(memory.toArray(JAVA_BYTE)).as("seed %d", seed).isEqualTo(Story.after(seed, steps));
      return steps;
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
      // Killed while it restores, verifies, or long after.
      Process process = start(seed, LIVES.get(kill % LIVES.size()));
      try (BufferedReader out = process.inputReader()) {
        assertThat(out.readLine()).as("seed %d kill %d", seed, kill).startsWith("from ");
        if (kill == kills - 1) { // one at least comes as far, however slow the machine
          told = Long.parseLong(out.readLine());
        }
        LockSupport.parkNanos(random.nextLong(TimeUnit.MILLISECONDS.toNanos(120)));
        process.toHandle().destroyForcibly(); // the process itself would close what it said
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          told = line.isEmpty() ? told : Long.parseLong(line);
        }
      } finally {
        process.destroyForcibly().waitFor();
      }
      long steps = restoredSteps(seed);
      assertThat(steps).as("seed %d kill %d", seed, kill).isGreaterThanOrEqualTo(told);
      told = steps;
    }
    assertThat(told).as("seed %d", seed).isPositive();
  }
}
