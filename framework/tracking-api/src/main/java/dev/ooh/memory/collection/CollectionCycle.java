package dev.ooh.memory.collection;

import java.util.Map;

/**
 * One cycle of a collector. Times are of the space's clock, simulated or not; bytes are of whole
 * cells.
 *
 * @param kind one word, of few: {@code young}, {@code full} (in one pause), {@code concurrent}
 *     (beside the program)
 * @param cause why, in few words of few
 * @param technique that told what pages changed
 * @param pauseNanos from the request to stop until mutators went on
 * @param concurrentNanos what its phases beside the program took, by name
 * @param allocatedBytes since the cycle before
 * @param promotedBytes of those, what became old; 0 of a cycle that is not young
 * @param liveBytes in objects after it, unreachable ones that it kept included
 * @param heapBytes mapped for objects
 */
public record CollectionCycle(
    String kind,
    String cause,
    String technique,
    long pauseNanos,
    Map<String, Long> concurrentNanos,
    long allocatedBytes,
    long promotedBytes,
    long liveBytes,
    long heapBytes) {
  public CollectionCycle {
    concurrentNanos = Map.copyOf(concurrentNanos);
  }
}
