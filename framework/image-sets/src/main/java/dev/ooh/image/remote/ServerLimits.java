package dev.ooh.image.remote;

import java.time.Duration;

/**
 * What clients may ask of a page server, so that one leaves something to the others.
 *
 * @param connections at the same time
 * @param openFiles of a set, at the same time
 * @param patience with a client that says nothing, or takes no answer: it is gone, whatever its
 *     connection looks like
 * @param turn how long to wait for the end of another client's set
 */
record ServerLimits(int connections, int openFiles, Duration patience, Duration turn) {
  static final ServerLimits USUAL =
      new ServerLimits(64, 64, Duration.ofMinutes(5), Duration.ofMinutes(1));
}
