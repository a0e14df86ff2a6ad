package dev.ooh.conformance.storm;

import java.io.IOException;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Ends and stops fault handlers that run as child processes, at random. Some are continued after a
 * moment: by a process of its own, since this JVM may stand still until then.
 */
final class Tamer {
  private static final String PAUSE = "kill -STOP $0; sleep 0.$1; kill -CONT $0";

  final AtomicLong kills = new AtomicLong();
  final AtomicLong pauses = new AtomicLong();
  final AtomicLong stops = new AtomicLong();

  private final LongSupplier fetches;
  private final SplittableRandom random;
  private long patience;

  /**
   * Strikes now and then.
   *
   * @param fetches how many there were; on a busy machine, a handler that is ended before it has
   *     started, again and again, would let nobody else work
   */
  Tamer(LongSupplier fetches, SplittableRandom random) {
    this.fetches = fetches;
    this.random = random;
  }

  /** How long to leave them in peace. */
  long nanosToWait() {
    return 100_000_000L + random.nextLong(2_000_000_000L);
  }

  void strike() {
    if (fetches.getAsLong() < patience && random.nextInt(12) != 0) {
      return;
    }
    Optional<ProcessHandle> handler =
        ProcessHandle.current()
            .children()
            .filter(child -> child.info().command().orElse("").endsWith("java"))
            .findFirst();
    if (handler.isEmpty()) {
      return;
    }
    patience = fetches.getAsLong() + random.nextInt(8);
    int what = random.nextInt(60);
    String pid = Long.toString(handler.get().pid());
    if (what == 0) {
      // Only its own dead man's switch can free those who wait for it.
      start("kill", "-STOP", pid);
      stops.incrementAndGet();
    } else if (what < 20) {
      start("sh", "-c", PAUSE, pid, Integer.toString(1 + random.nextInt(8)));
      pauses.incrementAndGet();
    } else {
      handler.get().destroyForcibly();
      kills.incrementAndGet();
    }
  }

  private static void start(String... command) {
    try {
      new ProcessBuilder(command)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      throw new IllegalStateException(command[0] + ": " + e.getMessage(), e);
    }
  }
}
