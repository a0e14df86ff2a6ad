package dev.ooh.machine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TranslationCacheTest {
  private static final long NATIVE = 0x7F12_3456_7000L;
  private static final long BOTH = TranslationCache.READABLE | TranslationCache.WRITABLE;

  private final TranslationCache cache = new TranslationCache();

  @Test
  void yieldsTheNativeAddressByRight() {
    cache.fill(0x5678, NATIVE, TranslationCache.READABLE, false);
    assertThat(cache.readable(0x5123, 8)).isEqualTo(NATIVE + 0x123);
    assertThat(cache.writable(0x5123, 8)).isZero();
    cache.fill(0x5678, NATIVE, BOTH, false);
    assertThat(cache.writable(0x5FF8, 8)).isEqualTo(NATIVE + 0xFF8);
  }

  @Test
  void nativeAddressesBelowTheCachedOnesWorkToo() {
    cache.fill(0x12_3456_7000L, 0x4000, BOTH, false);
    assertThat(cache.writable(0x12_3456_7890L, 1)).isEqualTo(0x4890);
  }

  @Test
  void accessThatLeavesThePageIsNotFound() {
    cache.fill(0x5000, NATIVE, BOTH, false);
    cache.fill(0x6000, NATIVE + 0x9000, BOTH, false);
    assertThat(cache.writable(0x5FF9, 8)).isZero();
    assertThat(cache.readable(0x5FF9, 7)).isEqualTo(NATIVE + 0xFF9);
    assertThat(cache.readable(0x5000, 4096)).isEqualTo(NATIVE);
  }

  @Test
  void addressesThatShareLowBitsAreNotConfused() {
    cache.fill(0x5000, NATIVE, BOTH, false);
    assertThat(cache.writable(1L << 44 | 0x5000, 8)).isZero();
    assertThat(cache.writable(1L << 43 | 0x5000, 8)).isZero();
    assertThat(cache.writable(Long.MIN_VALUE | 0x5000, 8)).isZero();
    assertThat(cache.writable(-0x1000, 8)).isZero();
  }

  @Test
  void highAddressesAreNotCached() {
    cache.fill(1L << 41, NATIVE, BOTH, false);
    assertThat(cache.readable(1L << 41, 8)).isZero();
    cache.invalidate(0, 1L << 41);
  }

  @Test
  void invalidatesOnePageOrAllOfALargeOne() {
    cache.fill(0x20_0000, NATIVE, BOTH, false);
    cache.fill(0x20_1000, NATIVE + 0x1000, BOTH, false);
    cache.invalidate(0, 0x20_0FFF);
    assertThat(cache.readable(0x20_0000, 8)).isZero();
    assertThat(cache.readable(0x20_1000, 8)).isNotZero();
    cache.fill(0x20_2000, NATIVE + 0x2000, BOTH, true);
    cache.invalidate(0, 0x20_0000);
    assertThat(cache.readable(0x20_2000, 8)).isZero();
  }

  @Test
  void eachProcessorHasItsOwn() {
    cache.fill(0x5000, NATIVE, BOTH, false);
    cache.select(2);
    assertThat(cache.readable(0x5000, 8)).isZero();
    cache.fill(0x5000, NATIVE + 0x7000, TranslationCache.READABLE, false);
    cache.fill(0x20_0000, NATIVE, BOTH, true);
    cache.flush(0);
    cache.fill(0x6000, NATIVE, BOTH, false);
    assertThat(cache.readable(0x5000, 8)).isEqualTo(NATIVE + 0x7000);
    assertThat(cache.writable(0x5000, 8)).isZero();
    cache.select(0);
    assertThat(cache.readable(0x5000, 8)).isZero();
    cache.invalidate(2, 0x20_1000);
    cache.hide();
    cache.select(2);
    assertThat(cache.readable(0x5000, 8)).isZero();
    cache.show();
    assertThat(cache.readable(0x5000, 8)).isEqualTo(NATIVE + 0x7000);
    assertThat(cache.readable(0x6000, 8)).isEqualTo(NATIVE);
    assertThat(cache.readable(0x20_0000, 8)).isZero();
    cache.invalidate(0, 0x6000);
    assertThat(cache.readable(0x6000, 8)).isEqualTo(NATIVE);
  }

  @Test
  void flushEmptiesAlsoWhenGenerationsWrap() {
    cache.fill(0x5000, NATIVE, BOTH, false);
    cache.flush(0);
    assertThat(cache.readable(0x5000, 8)).isZero();
    cache.fill(0x5000, NATIVE, BOTH, false);
    cache.setGenerationForTest((1 << 26) - 1);
    cache.flush(0);
    cache.flush(0);
    // The generation is that of the entry again, which must be gone.
    assertThat(cache.readable(0x5000, 8)).isZero();
    cache.fill(0x6000, NATIVE, BOTH, false);
    assertThat(cache.writable(0x6000, 8)).isEqualTo(NATIVE);
  }
}
