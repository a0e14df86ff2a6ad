package dev.ooh.workloads.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KeyTextTest {
  @Test
  void keysReadAsTextInMemory() {
    byte[] text = new byte[8];
    PlainHeap heap = new PlainHeap(4096);
    long place = heap.data(heap.allocate(0, 8));
    heap.memory().putLong(place, KeyText.swap(KeyText.of(1234567)));
    heap.memory().read(place, text, 0, 8);
    assertThat(new String(text, StandardCharsets.US_ASCII)).isEqualTo("01234567");
    assertThat(KeyText.of(99)).isLessThan(KeyText.of(100));
  }
}
