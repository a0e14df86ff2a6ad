package dev.ooh.gc.sanity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeenObjectsTest {
  @Test
  void objectsAreSeenHoweverFarFromTheHeapsBase() {
    SeenObjects seen = new SeenObjects();
    long[] offsets = {8, 16_384 - 8, 16_384, (1L << 34) - 8, 1L << 34, (1L << 44) + 16};
    for (long offset : offsets) {
      assertThat(seen.contains(offset)).isFalse();
      seen.add(offset);
      assertThat(seen.contains(offset)).isTrue();
      assertThat(seen.contains(offset + 8)).isFalse();
    }
    for (long offset : offsets) {
      assertThat(seen.contains(offset)).as("offset 0x%x", offset).isTrue();
    }
  }
}
