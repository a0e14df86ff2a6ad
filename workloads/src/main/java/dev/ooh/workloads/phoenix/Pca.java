package dev.ooh.workloads.phoenix;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import java.util.OptionalLong;

/**
 * Phoenix's pca: the mean of each row of a random matrix, and the covariance of each pair of rows,
 * as there in whole numbers. Each row is an object; the covariances of a step are one too, garbage
 * once they are summed up.
 *
 * <p>The paper's matrices have 1,000, 5,000 or 10,000 rows and columns and values below 200 (Table
 * II).
 */
public final class Pca implements Application {
  private static final int BELOW = 200;

  /** Multiplications for a work unit of some ten nanoseconds. */
  private static final int OPERATIONS_A_WORK = 16;

  private static final int OPERATIONS_A_STEP = 4_000_000;

  /** Globals. */
  private static final int MATRIX = 1;

  private static final int MEANS = 2;

  private enum Field {
    SEED,
    SIZE,
    /** Rows in the heap, with their means. */
    LOADED,
    /** The next pair of rows. */
    ROW,
    OTHER,
    CHECKSUM
  }

  private final int chosenSize;

  /** At the paper's sizes. */
  public Pca() {
    this(0);
  }

  /** Of {@code size} rows and columns, whatever the configuration; 0 for its own. */
  public Pca(int size) {
    chosenSize = size;
  }

  @Override
  public String name() {
    return "pca";
  }

  @Override
  public long heapBytes(Parameters parameters) {
    long size = size(parameters);
    return size * (size * Integer.BYTES + 64) + (16 << 20);
  }

  @Override
  public long allocatedBytes(Parameters parameters) {
    long size = size(parameters);
    return heapBytes(parameters) + size * (size + 1) / 2 * Long.BYTES * 2;
  }

  @Override
  public void start(Heap heap, Parameters parameters) {
    RunState<Field> state = RunState.create(heap, Field.values());
    int size = size(parameters);
    state.set(Field.SEED, parameters.seed());
    state.set(Field.SIZE, size);
    heap.setGlobal(MATRIX, heap.allocate(size, 0));
    heap.setGlobal(MEANS, heap.allocate(0, size * Integer.BYTES));
  }

  @Override
  public boolean step(Heap heap) {
    RunState<Field> state = new RunState<>(heap);
    int size = (int) state.get(Field.SIZE);
    if (state.get(Field.ROW) == size) {
      return false;
    }
    IntRows rows = new IntRows(size);
    if (state.get(Field.LOADED) < size) {
      load(heap, rows, state, size);
    } else {
      covariances(heap, rows, state, size);
    }
    heap.execution().poll();
    return state.get(Field.ROW) < size;
  }

  private static void load(Heap heap, IntRows rows, RunState<Field> state, int size) {
    int loaded = (int) state.get(Field.LOADED);
    int[] row = rows.newRow();
    new RandomMatrix(state.get(Field.SEED), size, BELOW).row(loaded, row);
    rows.add(heap, heap.global(MATRIX), loaded, row);
    long sum = 0;
    for (int value : row) {
      sum += value;
    }
    heap.memory().putInt(mean(heap, loaded), (int) (sum / size));
    state.add(Field.LOADED, 1);
    heap.execution().work(size);
  }

  private static void covariances(Heap heap, IntRows rows, RunState<Field> state, int size) {
    int i = (int) state.get(Field.ROW);
    int from = (int) state.get(Field.OTHER);
    int to = Math.min(size, from + Math.max(1, OPERATIONS_A_STEP / size));
    int[] row = rows.newRow();
    rows.read(heap, heap.global(MATRIX), i, row);
    Memory memory = heap.memory();
    int meanOfRow = memory.getInt(mean(heap, i));
    for (int k = 0; k < size; k++) {
      row[k] -= meanOfRow;
    }
    int[] other = rows.newRow();
    try (Heap.Scope scope = heap.scope()) {
      long covariances = heap.allocate(0, (to - from) * Long.BYTES);
      scope.add(covariances);
      long data = heap.data(covariances);
      for (int j = from; j < to; j++) {
        rows.read(heap, heap.global(MATRIX), j, other);
        int meanOfOther = memory.getInt(mean(heap, j));
        long sum = 0;
        for (int k = 0; k < size; k++) {
          // Below 200 * 200, so ints do; of their sum they would not.
          sum += row[k] * (other[k] - meanOfOther);
        }
        memory.putLong(data + (long) (j - from) * Long.BYTES, sum / (size - 1));
      }
      long checksum = 0;
      for (int j = from; j < to; j++) {
        checksum += covariance(i, j, size, memory.getLong(data + (long) (j - from) * Long.BYTES));
      }
      state.add(Field.CHECKSUM, checksum);
    }
    heap.execution().work((long) (to - from) * size / OPERATIONS_A_WORK);
    state.set(Field.ROW, to == size ? i + 1L : i);
    state.set(Field.OTHER, to == size ? i + 1L : to);
  }

  private static long mean(Heap heap, int row) {
    return heap.data(heap.global(MEANS)) + (long) row * Integer.BYTES;
  }

  private static long covariance(int i, int j, int size, long value) {
    return Checksum.weight((long) i * size + j) * value;
  }

  @Override
  public double progress(Heap heap) {
    RunState<Field> state = new RunState<>(heap);
    double size = state.get(Field.SIZE);
    double row = state.get(Field.ROW);
    // Pairs behind row r: what is left is a triangle.
    double left = (1 - row / size) * (1 - row / size);
    return 0.01 * (state.get(Field.LOADED) / size) + 0.99 * (1 - left);
  }

  @Override
  public long result(Heap heap) {
    return new RunState<Field>(heap).get(Field.CHECKSUM);
  }

  @Override
  public OptionalLong independentResult(Parameters parameters) {
    int size = size(parameters);
    int[][] matrix = new RandomMatrix(parameters.seed(), size, BELOW).rows(size);
    long[] sums = new long[size];
    long[] means = new long[size];
    for (int i = 0; i < size; i++) {
      for (int value : matrix[i]) {
        sums[i] += value;
      }
      means[i] = sums[i] / size;
    }
    long checksum = 0;
    for (int i = 0; i < size; i++) {
      for (int j = i; j < size; j++) {
        // Multiplied out, where the application subtracts first.
        long products = 0;
        for (int k = 0; k < size; k++) {
          products += matrix[i][k] * matrix[j][k];
        }
        long sum = products - means[i] * sums[j] - means[j] * sums[i] + size * means[i] * means[j];
        checksum += covariance(i, j, size, sum / (size - 1));
      }
    }
    return OptionalLong.of(checksum);
  }

  private int size(Parameters parameters) {
    return chosenSize > 0
        ? chosenSize
        : (int) parameters.configuration().choose(1000, 5000, 10_000);
  }
}
