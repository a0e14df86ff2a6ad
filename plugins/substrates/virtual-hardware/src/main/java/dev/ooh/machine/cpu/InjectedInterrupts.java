package dev.ooh.machine.cpu;

import java.util.BitSet;

/** The vectors that the VMM injected with VM entry and the guest has not taken yet. */
final class InjectedInterrupts {
  private final BitSet vectors = new BitSet();

  void add(int vector) {
    vectors.set(vector);
  }

  boolean isEmpty() {
    return vectors.isEmpty();
  }

  /** Takes the highest vector; 0 if there is none. */
  int take() {
    int vector = Math.max(0, vectors.length() - 1);
    vectors.clear(vector);
    return vector;
  }
}
