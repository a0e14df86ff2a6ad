package dev.ooh.gc.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class MarkBitsTest {
  private static final int BLOCKS = 100;
  private static final int BITS = BLOCKS * MarkBits.WORDS_PER_BLOCK * Long.SIZE;

  @Test
  void ofThreadsThatSetTheSameBitsOneIsFirst() throws Exception {
    MarkBits marks = new MarkBits();
    marks.growTo(BLOCKS);
    LongAdder first = new LongAdder();
    Thread other = new Thread(() -> first.add(setAll(marks.words())));
    other.start();
    first.add(setAll(marks.words()));
    other.join();
    assertThat(first.sum()).isEqualTo(BITS);
    for (int block = 0; block < BLOCKS; block++) {
      assertThat(marks.count(block)).isEqualTo(MarkBits.WORDS_PER_BLOCK * Long.SIZE);
    }
  }

  private static long setAll(long[] words) {
    long first = 0;
    for (int bit = 0; bit < BITS; bit++) {
      first += MarkBits.setFirst(words, bit / Long.SIZE, 1L << bit) ? 1 : 0;
    }
    return first;
  }
}
