package dev.ooh.machine.hypervisor;

/**
 * Is told when a virtual CPU gets and loses a physical one: it may price what was counted
 * meanwhile, and changes nothing. Called under the hypervisor's lock, one call at a time on a host;
 * must not block or call back.
 */
public interface RunObserver {
  /** It wants to run from now on; it was halted before. */
  void woke();

  /** It got {@code cpu}. */
  void began(PhysicalCpu cpu);

  /** It lost {@code cpu}. On a thread that may read the machine's counters. */
  void ended(PhysicalCpu cpu);

  /** Observes nothing. */
  RunObserver NONE =
      new RunObserver() {
        @Override
        public void woke() {}

        @Override
        public void began(PhysicalCpu cpu) {}

        @Override
        public void ended(PhysicalCpu cpu) {}
      };
}
