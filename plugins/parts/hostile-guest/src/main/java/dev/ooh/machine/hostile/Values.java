package dev.ooh.machine.hostile;

import java.util.SplittableRandom;

/** Arguments such as break things: most of them at an edge of some range, a few anything. */
final class Values {
  private static final long[] EDGES = {
    0,
    1,
    2,
    8,
    15,
    16,
    255,
    256,
    511,
    512,
    513,
    4095,
    4096,
    4097,
    8191,
    8192,
    8193,
    0x7FFF,
    0x8000,
    0xFFFE,
    0xFFFF,
    1 << 20,
    (1 << 20) + 1,
    1 << 28,
    (1 << 28) + 1,
    Integer.MAX_VALUE,
    1L << 31,
    1L << 32,
    1L << 46,
    1L << 47,
    1L << 48,
    1L << 51,
    1L << 52,
    1L << 60,
    1L << 61
  };

  private final SplittableRandom random;
  private final long scratch;
  private final long guestBytes;

  /**
   * @param scratch GPA of the guest's memory that may be overwritten; it reaches to the end
   */
  Values(SplittableRandom random, long scratch, long guestBytes) {
    this.random = random;
    this.scratch = scratch;
    this.guestBytes = guestBytes;
  }

  /** A number: a count, an id, an index. */
  long number() {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextLong();
      case 1 -> -EDGES[random.nextInt(EDGES.length)];
      case 2 -> Long.MAX_VALUE - random.nextInt(2);
      case 3 -> Long.MIN_VALUE + random.nextInt(2);
      case 4 -> random.nextInt(16);
      default -> EDGES[random.nextInt(EDGES.length)];
    };
  }

  /** A GPA in the guest's scratch memory, or in none. Other memory it would harm itself by. */
  long gpa() {
    long page = random.nextLong((guestBytes - scratch) / 4096) * 4096;
    return switch (random.nextInt(10)) {
      case 0 -> guestBytes;
      case 1 -> guestBytes + page;
      case 2 -> -4096 * (1L + random.nextInt(3));
      case 3 -> 1L << (30 + random.nextInt(34));
      case 4 -> 1L << (30 + random.nextInt(34)) | (scratch + page);
      case 5 -> scratch + page + random.nextInt(4096);
      case 6 -> guestBytes - 4096;
      default -> scratch + page;
    };
  }

  /** A GPA in scratch memory, page-aligned. */
  long scratchPage() {
    return scratch + random.nextLong((guestBytes - scratch) / 4096) * 4096;
  }
}
