package dev.ooh.workloads.phoenix;

import dev.ooh.workloads.Application;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import java.util.OptionalLong;

/**
 * Phoenix's matrix_multiply: the product of two square matrices of small random ints. Each row is
 * an object. The paper's matrices have 500, 1,000 or 2,000 rows (Table II).
 */
public final class MatrixMultiply implements Application {
  private static final int BELOW = 11;

  /** Multiplications for a work unit of some ten nanoseconds. */
  private static final int OPERATIONS_A_WORK = 16;

  /** Globals. */
  private static final int LEFT = 1;

  private static final int RIGHT = 2;
  private static final int PRODUCT = 3;

  private enum Field {
    SEED,
    SIZE,
    /** Rows of both factors in the heap. */
    LOADED,
    /** Rows of the product. */
    MULTIPLIED
  }

  private final int chosenSize;

  /** At the paper's sizes. */
  public MatrixMultiply() {
    this(0);
  }

  /** Of {@code size} rows, whatever the configuration; 0 for its own. */
  public MatrixMultiply(int size) {
    chosenSize = size;
  }

  @Override
  public String name() {
    return "matrix_multiply";
  }

  @Override
  public long heapBytes(Parameters parameters) {
    long size = size(parameters);
    return 3 * size * (size * Integer.BYTES + 64) + (4 << 20);
  }

  @Override
  public void start(Heap heap, Parameters parameters) {
    RunState<Field> state = RunState.create(heap, Field.values());
    int size = size(parameters);
    state.set(Field.SEED, parameters.seed());
    state.set(Field.SIZE, size);
    heap.setGlobal(LEFT, heap.allocate(size, 0));
    heap.setGlobal(RIGHT, heap.allocate(size, 0));
    heap.setGlobal(PRODUCT, heap.allocate(size, 0));
  }

  @Override
  public boolean step(Heap heap) {
    RunState<Field> state = new RunState<>(heap);
    int size = (int) state.get(Field.SIZE);
    int loaded = (int) state.get(Field.LOADED);
    int multiplied = (int) state.get(Field.MULTIPLIED);
    if (multiplied == size) {
      return false;
    }
    IntRows rows = new IntRows(size);
    if (loaded < size) {
      int[] row = rows.newRow();
      left(state.get(Field.SEED), size).row(loaded, row);
      rows.add(heap, heap.global(LEFT), loaded, row);
      right(state.get(Field.SEED), size).row(loaded, row);
      rows.add(heap, heap.global(RIGHT), loaded, row);
      state.add(Field.LOADED, 1);
      heap.execution().work(size);
    } else {
      rows.add(heap, heap.global(PRODUCT), multiplied, product(heap, rows, multiplied, size));
      state.add(Field.MULTIPLIED, 1);
      heap.execution().work((long) size * size / OPERATIONS_A_WORK);
    }
    heap.execution().poll();
    return state.get(Field.MULTIPLIED) < size;
  }

  private static int[] product(Heap heap, IntRows rows, int row, int size) {
    int[] left = rows.newRow();
    int[] right = rows.newRow();
    int[] product = rows.newRow();
    rows.read(heap, heap.global(LEFT), row, left);
    long rights = heap.global(RIGHT);
    for (int k = 0; k < size; k++) {
      rows.read(heap, rights, k, right);
      int factor = left[k];
      for (int column = 0; column < size; column++) {
        product[column] += factor * right[column];
      }
    }
    return product;
  }

  @Override
  public double progress(Heap heap) {
    RunState<Field> state = new RunState<>(heap);
    double size = state.get(Field.SIZE);
    return 0.01 * (state.get(Field.LOADED) / size) + 0.99 * (state.get(Field.MULTIPLIED) / size);
  }

  @Override
  public long result(Heap heap) {
    int size = (int) new RunState<Field>(heap).get(Field.SIZE);
    IntRows rows = new IntRows(size);
    int[] row = rows.newRow();
    long sum = 0;
    for (int i = 0; i < size; i++) {
      rows.read(heap, heap.global(PRODUCT), i, row);
      for (int j = 0; j < size; j++) {
        sum += Checksum.weight((long) i * size + j) * row[j];
      }
    }
    return sum;
  }

  @Override
  public OptionalLong independentResult(Parameters parameters) {
    int size = size(parameters);
    int[][] left = left(parameters.seed(), size).rows(size);
    int[][] right = right(parameters.seed(), size).rows(size);
    int[] column = new int[size];
    long sum = 0;
    // Column by column, where the application goes row by row.
    for (int j = 0; j < size; j++) {
      for (int k = 0; k < size; k++) {
        column[k] = right[k][j];
      }
      for (int i = 0; i < size; i++) {
        long cell = 0;
        for (int k = 0; k < size; k++) {
          cell += (long) left[i][k] * column[k];
        }
        sum += Checksum.weight((long) i * size + j) * cell;
      }
    }
    return OptionalLong.of(sum);
  }

  private static RandomMatrix left(long seed, int size) {
    return new RandomMatrix(2 * seed, size, BELOW);
  }

  private static RandomMatrix right(long seed, int size) {
    return new RandomMatrix(2 * seed + 1, size, BELOW);
  }

  private int size(Parameters parameters) {
    return chosenSize > 0 ? chosenSize : (int) parameters.configuration().choose(500, 1000, 2000);
  }
}
