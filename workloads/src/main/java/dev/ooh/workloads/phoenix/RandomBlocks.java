package dev.ooh.workloads.phoenix;

import java.util.SplittableRandom;

/**
 * Input drawn at random block by block, so that any part of it can be read without the rest.
 *
 * @param seed of the whole
 * @param filler of a block
 */
record RandomBlocks(long seed, Filler filler) implements Input {
  private static final int BLOCK = 1 << 12;

  /** Fills a block. */
  interface Filler {
    void fill(SplittableRandom random, byte[] block);
  }

  @Override
  public long length(long wanted) {
    return wanted;
  }

  @Override
  public void read(long position, byte[] target, int length) {
    byte[] block = new byte[BLOCK];
    int done = 0;
    while (done < length) {
      long number = (position + done) / BLOCK;
      filler.fill(new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number), block);
      int from = (int) ((position + done) % BLOCK);
      int count = Math.min(length - done, BLOCK - from);
      System.arraycopy(block, from, target, done, count);
      done += count;
    }
  }
}
