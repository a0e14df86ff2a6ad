package dev.ooh.workloads.phoenix;

import java.util.Arrays;

/** Clusters without a tracked heap, another way than {@link KMeans}: its judge. */
final class PlainKMeans {
  private PlainKMeans() {}

  static long of(int[][] points, int[][] firstMeans, int mostRounds) {
    int size = points.length;
    int[][] means = firstMeans;
    int[] clusters = new int[size];
    Arrays.fill(clusters, -1);
    long rounds = 0;
    while (true) {
      int[] nearest = nearest(points, means);
      boolean same = Arrays.equals(nearest, clusters);
      clusters = nearest;
      if (same || rounds == mostRounds) {
        break;
      }
      means = means(points, clusters, means);
      rounds++;
    }
    long sum = rounds;
    for (int i = 0; i < size; i++) {
      sum += Checksum.weight(i) * clusters[i];
      for (int j = 0; j < size; j++) {
        sum += Checksum.weight((i + 1L) * size + j) * means[i][j];
      }
    }
    return sum;
  }

  /** By |p - m|² = |p|² - 2pm + |m|², of which |p|² decides nothing. */
  private static int[] nearest(int[][] points, int[][] means) {
    long[] squares = new long[means.length];
    for (int cluster = 0; cluster < means.length; cluster++) {
      squares[cluster] = product(means[cluster], means[cluster]);
    }
    int[] nearest = new int[points.length];
    for (int i = 0; i < points.length; i++) {
      long least = Long.MAX_VALUE;
      for (int cluster = 0; cluster < means.length; cluster++) {
        long distance = squares[cluster] - 2L * product(points[i], means[cluster]);
        if (distance < least) {
          least = distance;
          nearest[i] = cluster;
        }
      }
    }
    return nearest;
  }

  private static int product(int[] a, int[] b) {
    int sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static int[][] means(int[][] points, int[] clusters, int[][] before) {
    int size = points.length;
    int[][] sums = new int[size][size];
    int[] members = new int[size];
    for (int i = 0; i < size; i++) {
      members[clusters[i]]++;
      for (int j = 0; j < size; j++) {
        sums[clusters[i]][j] += points[i][j];
      }
    }
    for (int cluster = 0; cluster < size; cluster++) {
      if (members[cluster] == 0) {
        sums[cluster] = before[cluster];
      } else {
        for (int j = 0; j < size; j++) {
          sums[cluster][j] /= members[cluster];
        }
      }
    }
    return sums;
  }
}
