package dev.ooh.machine.kernel;

import dev.ooh.machine.cpu.Processors;
import java.util.BitSet;

/**
 * Which module has which interrupt vector. An interrupt whose vector no module has is acknowledged
 * and ignored, as on Linux, since a module can send itself any vector.
 */
final class InterruptVectors {
  private static final int FIRST_INTERRUPT = 16;

  /** Vectors for modules: above the exceptions and the legacy interrupts. */
  private static final int FIRST_FOR_MODULES = 0x30;

  private static final int LAST = 255;
  private static final Runnable IGNORE = () -> {};

  private final Processors processors;
  private final BitSet taken = new BitSet();

  InterruptVectors(Processors processors) {
    this.processors = processors;
    for (int vector = FIRST_INTERRUPT; vector <= LAST; vector++) {
      setHandler(vector, IGNORE);
    }
  }

  /**
   * Takes a free vector.
   *
   * @throws IllegalStateException if there is none
   */
  int take(Runnable handler) {
    int vector = taken.nextClearBit(FIRST_FOR_MODULES);
    if (vector > LAST) {
      throw new IllegalStateException(
          "all interrupt vectors from 0x%x to 0x%x are taken".formatted(FIRST_FOR_MODULES, LAST));
    }
    taken.set(vector);
    setHandler(vector, handler);
    return vector;
  }

  void free(int vector) {
    taken.clear(vector);
    setHandler(vector, IGNORE);
  }

  /** A vector has the same handler on all processors. */
  private void setHandler(int vector, Runnable handler) {
    processors.all().forEach(vcpu -> vcpu.setInterruptHandler(vector, handler));
  }
}
