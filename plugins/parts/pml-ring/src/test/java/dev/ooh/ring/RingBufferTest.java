package dev.ooh.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RingBufferTest {
  private static final int CAPACITY = 70;

  /** A ring's words in an array. */
  private static final class ArrayWords implements RingBuffer.Words {
    private final long[] words =
        new long[(int) (RingBuffer.ENTRIES_OFFSET / Long.BYTES) + CAPACITY];

    @Override
    public long get(long offset) {
      return words[(int) (offset / Long.BYTES)];
    }

    @Override
    public void set(long offset, long value) {
      words[(int) (offset / Long.BYTES)] = value;
    }
  }

  /** Whatever the reader, whom nobody can trust, makes of its tail meanwhile. */
  @Test
  void manyAreAddedAsTheyAreOneByOne() {
    for (long seed = 1; seed <= 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ArrayWords one = new ArrayWords();
      ArrayWords many = new ArrayWords();
      RingBuffer byOne = new RingBuffer(one, CAPACITY);
      RingBuffer byMany = new RingBuffer(many, CAPACITY);
      for (int step = 0; step < 50; step++) {
        long[] gvas = random.longs(random.nextInt(100), 1, 1L << 35).map(p -> p << 12).toArray();
        int count = random.nextInt(gvas.length + 1);
        for (int i = 0; i < count; i++) {
          byOne.appendVirtual(gvas[i]);
        }
        byMany.appendVirtual(gvas, count);
        assertThat(many.words).as("seed %d step %d", seed, step).isEqualTo(one.words);
        long head = one.get(RingBuffer.HEAD_OFFSET);
        long tail =
            random.nextInt(20) == 0 ? random.nextLong() : head - random.nextInt(CAPACITY + 1);
        one.set(RingBuffer.TAIL_OFFSET, tail);
        many.set(RingBuffer.TAIL_OFFSET, tail);
      }
    }
  }
}
