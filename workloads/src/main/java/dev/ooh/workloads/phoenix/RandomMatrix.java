package dev.ooh.workloads.phoenix;

import java.util.SplittableRandom;

/**
 * A matrix of random values, row by row.
 *
 * @param seed of the whole
 * @param columns ints a row
 * @param below all values are from 0 to less than this
 */
record RandomMatrix(long seed, int columns, int below) {
  void row(int row, int[] target) {
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + row);
    for (int column = 0; column < columns; column++) {
      target[column] = random.nextInt(below);
    }
  }

  /** The first {@code rows} rows. */
  int[][] rows(int rows) {
    int[][] all = new int[rows][columns];
    for (int row = 0; row < rows; row++) {
      row(row, all[row]);
    }
    return all;
  }
}
