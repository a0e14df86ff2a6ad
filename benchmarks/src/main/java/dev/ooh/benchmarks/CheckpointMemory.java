package dev.ooh.benchmarks;

import dev.ooh.checkpoints.CheckpointOptions;
import dev.ooh.checkpoints.Checkpoints;
import dev.ooh.checkpoints.Standstill;
import dev.ooh.linux.substrate.AnonymousMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A program that fills a segment and changes 1 % of its pages again and again, with checkpoints in
 * between or without. Prints the most memory that it ever had, in KiB.
 *
 * <p>{@code CheckpointMemory MEBIBYTES [DIRECTORY]}
 */
final class CheckpointMemory {
  private static final int PAGE = 4096;
  private static final int CHANGES = 5;
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String PEAK = "VmHWM:";

  private CheckpointMemory() {}

  public static void main(String[] arguments) throws Exception {
    long bytes = Long.parseLong(arguments[0]) << 20;
    try (Arena arena = Arena.ofShared()) {
      if (arguments.length > 1) {
        CheckpointOptions options =
            CheckpointOptions.defaults().withStandstill(Standstill.holding(new ReentrantLock()));
        try (Checkpoints checkpoints = Checkpoints.open(Path.of(arguments[1]), options)) {
          MemorySegment memory = checkpoints.segment("memory", bytes, arena);
          run(memory, () -> checkpoints.take().join());
        }
      } else {
        run(AnonymousMemory.map(bytes, 0, false, arena), () -> null);
      }
    }
    System.out.println(peak());
  }

  private interface Taking {
    Object take() throws IOException, InterruptedException;
  }

  private static void run(MemorySegment memory, Taking checkpoint)
      throws IOException, InterruptedException {
    SplittableRandom random = new SplittableRandom(1);
    for (long at = 0; at < memory.byteSize(); at += Long.BYTES) {
      memory.set(ValueLayout.JAVA_LONG, at, random.nextLong() | 1);
    }
    long pages = memory.byteSize() / PAGE;
    for (int change = 0; change < CHANGES; change++) {
      Object _ = checkpoint.take();
      for (long i = pages / 100; i > 0; i--) {
        memory.set(ValueLayout.JAVA_LONG, random.nextLong(pages) * PAGE, random.nextLong() | 1);
      }
    }
    Object _ = checkpoint.take();
  }

  private static long peak() throws IOException {
    String line =
        Files.readAllLines(STATUS).stream()
            .filter(it -> it.startsWith(PEAK))
            .findFirst()
            .orElseThrow(() -> new IOException(STATUS + ": found no " + PEAK));
    return Long.parseLong(line.substring(PEAK.length(), line.lastIndexOf(' ')).strip());
  }
}
