package dev.ooh.cli;

import dev.ooh.memory.SpaceOptions;
import java.util.Map;

/**
 * A program that lives on changed pages and shows itself in {@code ooh demo}: the collector, the
 * checkpointer. A service. The demonstration knows nothing about it, and it knows nothing about
 * techniques: those are switched behind its back.
 */
public interface DemoConsumer {
  /** One word for the table: {@code collector}. */
  String name();

  /** One line about what it does while it is watched. */
  String summary();

  /** Its place in the demonstration, ascending. */
  int order();

  /** Settings of its address space, such as {@code reverse-map-reuse}; see {@link SpaceOptions}. */
  default Map<String, String> settings() {
    return Map.of();
  }

  /**
   * Works in {@code stage}'s address space, and goes on while {@link DemoStage#more} says so:
   *
   * <pre>{@code
   * while (stage.more()) {
   *   mutate(some);
   *   stage.midInterval();          // the technique may be another one afterwards
   *   mutate(more);
   *   try (Interval interval = changedPages(space, me, heap, heap)) {
   *     stage.interval(oracle.observe(heap, interval.pages()));
   *     collect(interval.pages());  // really lives on them
   *     interval.commit();
   *   }
   * }
   * stage.check("every reachable object is intact", intact());
   * }</pre>
   *
   * Called by a thread of the space's execution context. Its mappings need not be unmapped: the
   * space is closed afterwards.
   */
  void run(DemoStage stage) throws Exception;
}
