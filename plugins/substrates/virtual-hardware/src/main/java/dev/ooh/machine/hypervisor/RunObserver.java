package dev.ooh.machine.hypervisor;

/**
 * Is told when a virtual CPU gets and loses a physical one: it may price what was counted
 * meanwhile, and changes nothing. Called under the hypervisor's lock, one call at a time on a host;
 * must not block. Times are in steps by the physical CPUs' clocks.
 */
public interface RunObserver {
  /**
   * It got a physical CPU.
   *
   * @param cpu the number of the physical CPU
   * @param ready from when on it could have run
   * @param now {@code ready} or later
   */
  void began(int cpu, long ready, long now);

  /** It lost the physical CPU. On a thread that may read the machine's counters. */
  void ended(int cpu, long now);

  /** Observes nothing. */
  RunObserver NONE =
      new RunObserver() {
        @Override
        public void began(int cpu, long ready, long now) {}

        @Override
        public void ended(int cpu, long now) {}
      };
}
