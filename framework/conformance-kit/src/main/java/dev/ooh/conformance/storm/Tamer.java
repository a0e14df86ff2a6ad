package dev.ooh.conformance.storm;

import dev.ooh.conformance.FaultHandler;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Ends, stops and pauses fault handlers at random. */
final class Tamer {
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
    Optional<FaultHandler> found = FaultHandler.find();
    if (found.isEmpty()) {
      return;
    }
    FaultHandler handler = found.get();
    patience = fetches.getAsLong() + random.nextInt(8);
    int what = random.nextInt(60);
    if (what == 0) {
      handler.stop();
      stops.incrementAndGet();
    } else if (what < 20) {
      handler.pause(1 + random.nextInt(8));
      pauses.incrementAndGet();
    } else {
      handler.kill();
      kills.incrementAndGet();
    }
  }
}
