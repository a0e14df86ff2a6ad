package dev.ooh.workloads.phoenix;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import java.util.OptionalLong;

/**
 * Phoenix's kmeans: random points are put into clusters, each to the nearest mean, and the means
 * are computed anew, as there in whole numbers, until no point changes its cluster. Each point and
 * each mean is an object; the means of a round are garbage after the next.
 *
 * <p>The paper's runs have 500, 1,000 or 5,000 points, clusters and dimensions, and coordinates
 * below 100 (Table II). A mean without a point stays where it was. As whole numbers may go round in
 * circles, {@value #MOST_ROUNDS} rounds are the most.
 */
public final class KMeans implements Application {
  private static final int BELOW = 100;
  private static final int MOST_ROUNDS = 50;

  /** Multiplications for a work unit of some ten nanoseconds. */
  private static final int OPERATIONS_A_WORK = 16;

  private static final int OPERATIONS_A_STEP = 4_000_000;

  /** Globals. */
  private static final int POINTS = 1;

  private static final int MEANS = 2;
  private static final int NEW_MEANS = 3;

  /** The cluster of each point, an int. */
  private static final int CLUSTERS = 4;

  private enum Field {
    PHASE,
    SEED,
    SIZE,
    ROUND,
    /** The next row, point or mean of the phase. */
    NEXT,
    CHANGED
  }

  private enum Phase {
    LOAD,
    ASSIGN,
    MEANS,
    DONE;

    static final Phase[] ALL = values();
  }

  private final int chosenSize;

  /** At the paper's sizes. */
  public KMeans() {
    this(0);
  }

  /** Of {@code size} points, clusters and dimensions; 0 for what the configuration says. */
  public KMeans(int size) {
    chosenSize = size;
  }

  @Override
  public String name() {
    return "kmeans";
  }

  @Override
  public long heapBytes(Parameters parameters) {
    return 3 * matrixBytes(parameters) + (4 << 20);
  }

  @Override
  public long allocatedBytes(Parameters parameters) {
    return (2 + MOST_ROUNDS) * matrixBytes(parameters) + (4 << 20);
  }

  private long matrixBytes(Parameters parameters) {
    long size = size(parameters);
    return size * (size * Integer.BYTES + 64);
  }

  @Override
  public void start(Heap heap, Parameters parameters) {
    RunState<Field> state = RunState.create(heap, Field.values());
    int size = size(parameters);
    state.set(Field.SEED, parameters.seed());
    state.set(Field.SIZE, size);
    heap.setGlobal(POINTS, heap.allocate(size, 0));
    heap.setGlobal(MEANS, heap.allocate(size, 0));
    heap.setGlobal(CLUSTERS, heap.allocate(0, size * Integer.BYTES));
    heap.memory().fill(heap.data(heap.global(CLUSTERS)), (long) size * Integer.BYTES, (byte) -1);
  }

  @Override
  public boolean step(Heap heap) {
    RunState<Field> state = new RunState<>(heap);
    int size = (int) state.get(Field.SIZE);
    IntRows rows = new IntRows(size);
    switch (phase(state)) {
      case LOAD -> load(heap, rows, state, size);
      case ASSIGN -> assign(heap, rows, state, size);
      case MEANS -> means(heap, rows, state, size);
      case DONE -> {
        return false;
      }
    }
    heap.execution().poll();
    return phase(state) != Phase.DONE;
  }

  private static void load(Heap heap, IntRows rows, RunState<Field> state, int size) {
    int number = (int) state.get(Field.NEXT);
    int[] row = rows.newRow();
    points(state.get(Field.SEED), size).row(number, row);
    rows.add(heap, heap.global(POINTS), number, row);
    firstMeans(state.get(Field.SEED), size).row(number, row);
    rows.add(heap, heap.global(MEANS), number, row);
    heap.execution().work(size);
    next(state, number + 1, size, Phase.ASSIGN);
  }

  private static void assign(Heap heap, IntRows rows, RunState<Field> state, int size) {
    int from = (int) state.get(Field.NEXT);
    int to = Math.min(size, from + Math.max(1, OPERATIONS_A_STEP / size / size));
    Memory memory = heap.memory();
    int[] point = rows.newRow();
    int[] mean = rows.newRow();
    long means = heap.global(MEANS);
    long changed = 0;
    for (int number = from; number < to; number++) {
      rows.read(heap, heap.global(POINTS), number, point);
      int nearest = 0;
      long least = Long.MAX_VALUE;
      for (int cluster = 0; cluster < size; cluster++) {
        rows.read(heap, means, cluster, mean);
        long distance = distance(point, mean);
        if (distance < least) {
          least = distance;
          nearest = cluster;
        }
      }
      long place = cluster(heap, number);
      if (memory.getInt(place) != nearest) {
        memory.putInt(place, nearest);
        changed++;
      }
    }
    heap.execution().work((long) (to - from) * size * size / OPERATIONS_A_WORK);
    state.add(Field.CHANGED, changed);
    if (to == size && (state.get(Field.CHANGED) == 0 || state.get(Field.ROUND) == MOST_ROUNDS)) {
      enter(state, Phase.DONE);
    } else if (next(state, to, size, Phase.MEANS)) {
      state.set(Field.CHANGED, 0);
      heap.setGlobal(NEW_MEANS, heap.allocate(size, 0));
    }
  }

  private static long distance(int[] a, int[] b) {
    // Up to 5,000 squares below 10,000: an int does.
    int sum = 0;
    for (int i = 0; i < a.length; i++) {
      int difference = a[i] - b[i];
      sum += difference * difference;
    }
    return sum;
  }

  private static void means(Heap heap, IntRows rows, RunState<Field> state, int size) {
    int number = (int) state.get(Field.NEXT);
    int[] sum = rows.newRow();
    int[] point = rows.newRow();
    int members = 0;
    for (int other = 0; other < size; other++) {
      if (heap.memory().getInt(cluster(heap, other)) == number) {
        rows.read(heap, heap.global(POINTS), other, point);
        for (int i = 0; i < size; i++) {
          sum[i] += point[i];
        }
        members++;
      }
    }
    if (members == 0) {
      heap.setReference(heap.global(NEW_MEANS), number, heap.reference(heap.global(MEANS), number));
    } else {
      for (int i = 0; i < size; i++) {
        sum[i] /= members;
      }
      rows.add(heap, heap.global(NEW_MEANS), number, sum);
    }
    heap.execution().work(size / 4 + (long) members * size / OPERATIONS_A_WORK);
    if (next(state, number + 1, size, Phase.ASSIGN)) {
      heap.setGlobal(MEANS, heap.global(NEW_MEANS));
      heap.setGlobal(NEW_MEANS, 0);
      state.add(Field.ROUND, 1);
    }
  }

  /** Goes on to {@code next}, or to {@code following} when that is the end; then true. */
  private static boolean next(RunState<Field> state, int next, int size, Phase following) {
    state.set(Field.NEXT, next == size ? 0 : next);
    if (next == size) {
      enter(state, following);
    }
    return next == size;
  }

  private static Phase phase(RunState<Field> state) {
    return Phase.ALL[(int) state.get(Field.PHASE)];
  }

  private static void enter(RunState<Field> state, Phase phase) {
    state.set(Field.PHASE, phase.ordinal());
  }

  private static long cluster(Heap heap, int point) {
    return heap.data(heap.global(CLUSTERS)) + (long) point * Integer.BYTES;
  }

  private static RandomMatrix points(long seed, int size) {
    return new RandomMatrix(2 * seed, size, BELOW);
  }

  private static RandomMatrix firstMeans(long seed, int size) {
    return new RandomMatrix(2 * seed + 1, size, BELOW);
  }

  @Override
  public double progress(Heap heap) {
    RunState<Field> state = new RunState<>(heap);
    double size = state.get(Field.SIZE);
    return switch (phase(state)) {
      case LOAD -> 0.01 * (state.get(Field.NEXT) / size);
      // Nobody knows how many rounds there will be: half of what is left, each.
      case ASSIGN ->
          1 - 0.99 * Math.pow(0.5, state.get(Field.ROUND) + state.get(Field.NEXT) / size * 0.9);
      case MEANS -> 1 - 0.99 * Math.pow(0.5, state.get(Field.ROUND) + 0.95);
      case DONE -> 1;
    };
  }

  @Override
  public long result(Heap heap) {
    RunState<Field> state = new RunState<>(heap);
    int size = (int) state.get(Field.SIZE);
    IntRows rows = new IntRows(size);
    int[] mean = rows.newRow();
    long sum = state.get(Field.ROUND);
    for (int i = 0; i < size; i++) {
      sum += Checksum.weight(i) * heap.memory().getInt(cluster(heap, i));
      rows.read(heap, heap.global(MEANS), i, mean);
      for (int j = 0; j < size; j++) {
        sum += Checksum.weight((i + 1L) * size + j) * mean[j];
      }
    }
    return sum;
  }

  @Override
  public OptionalLong independentResult(Parameters parameters) {
    int size = size(parameters);
    return OptionalLong.of(
        PlainKMeans.of(
            points(parameters.seed(), size).rows(size),
            firstMeans(parameters.seed(), size).rows(size),
            MOST_ROUNDS));
  }

  private int size(Parameters parameters) {
    return chosenSize > 0 ? chosenSize : (int) parameters.configuration().choose(500, 1000, 5000);
  }
}
