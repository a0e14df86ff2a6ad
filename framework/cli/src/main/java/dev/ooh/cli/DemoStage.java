package dev.ooh.cli;

import dev.ooh.memory.AddressSpace;

/** Where a {@link DemoConsumer} shows itself. For one thread. */
public interface DemoStage {
  /** A fresh address space. */
  AddressSpace space();

  /** Whether the user asked for a quick look: a fifth of the work, say. */
  boolean quick();

  /** Of whatever the consumer draws at random. */
  long seed();

  /** Whether there is more to show; asked before each interval. */
  boolean more();

  /**
   * Called by the consumer once within each interval: after some of its writes, and before others
   * or the fetch. This is where the technique is switched.
   */
  void midInterval() throws Exception;

  /** Called once for each interval that was fetched, with what the consumer's oracle saw. */
  void interval(PageOracle.Observation observation);

  /** States something that must hold; {@code ooh demo} fails and says so when it doesn't. */
  void check(String what, boolean holds);
}
