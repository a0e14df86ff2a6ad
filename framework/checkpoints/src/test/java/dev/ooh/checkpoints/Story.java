package dev.ooh.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/**
 * A program whose memory after so many steps is known: each step depends on the seed, its number,
 * and what memory holds.
 */
final class Story {
  static final String NAME = "story";
  static final int BYTES = 64 * 4096;

  private Story() {}

  /** How many steps memory has seen. */
  static long steps(MemorySegment memory) {
    return memory.get(JAVA_LONG, 0);
  }

  /** The next step. */
  static void step(long seed, MemorySegment memory) {
    long step = steps(memory) + 1;
    SplittableRandom random = new SplittableRandom(seed * 31 + step);
    for (int i = random.nextInt(12); i > 0; i--) {
      long at = random.nextLong(1, BYTES / Long.BYTES) * Long.BYTES;
      memory.set(JAVA_LONG, at, memory.get(JAVA_LONG, at) * 31 + step);
    }
    if (random.nextInt(4) == 0) {
      memory.asSlice(random.nextLong(1, BYTES / 4096) * 4096, 4096).fill((byte) 0);
    }
    memory.set(JAVA_LONG, 0, step);
  }

  /** What memory holds after so many steps. */
  static byte[] after(long seed, long steps) {
    MemorySegment memory = MemorySegment.ofArray(new long[BYTES / Long.BYTES]);
    while (steps(memory) < steps) {
      step(seed, memory);
    }
    return memory.toArray(JAVA_BYTE);
  }
}
