package dev.ooh.workloads.gcbench;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.memory.Memory;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import java.util.Optional;

/**
 * GCBench by John Ellis, Pete Kovac and Hans Boehm: a stretch tree that is dropped, a long-lived
 * tree and a long-lived array of doubles that stay, and then as many short-lived trees of each
 * depth as make the same number of nodes, built top-down and bottom-up.
 *
 * <p>The paper varies array size, depth of the long-lived tree and depth of the stretch tree (Table
 * II); the depths of short-lived trees stay at the original's 4 to 16. Deep trees are built a
 * subtree a step, in the original's order.
 */
public final class GcBench implements Application {
  private static final int MIN_DEPTH = 4;
  private static final int MAX_DEPTH = 16;

  /** Depth of the subtree that a step builds: 4095 nodes. */
  private static final int PIECE_DEPTH = 11;

  private static final long NODES_A_STEP = treeSize(PIECE_DEPTH);
  private static final int DOUBLES_A_STEP = 1 << 15;

  /** Work units, of some ten nanoseconds, of a node beyond its allocation. */
  private static final int NODE_WORK = 2;

  private static final int STATE = 0;
  private static final int LONG_LIVED = 1;
  private static final int ARRAY = 2;
  private static final int TREE = 3;

  /** Complete subtrees by height above a piece, like the digits of a binary counter. */
  private static final int SPINE = 4;

  /** The state's fields, in longs. */
  private enum Field {
    PHASE,
    DEPTH,
    ITERATION,
    PIECE,
    CHECKSUM,
    ARRAY_SIZE,
    LONG_LIVED_DEPTH,
    STRETCH_DEPTH,
    NODES_BUILT
  }

  private enum Phase {
    STRETCH,
    LONG_LIVED,
    ARRAY,
    TOP_DOWN,
    BOTTOM_UP,
    CHECK,
    DONE;

    static final Phase[] ALL = values();
  }

  private final Optional<Shape> fixed;

  /** In the paper's configurations. */
  public GcBench() {
    fixed = Optional.empty();
  }

  /**
   * In a size of its own, whatever the configuration.
   *
   * @param arraySize doubles in the long-lived array, 2000 or more
   * @param longLivedDepth depth of the long-lived tree
   * @param stretchDepth depth of the stretch tree, {@value #MIN_DEPTH} or more; no short-lived tree
   *     is deeper
   */
  public GcBench(long arraySize, int longLivedDepth, int stretchDepth) {
    fixed = Optional.of(new Shape(arraySize, longLivedDepth, stretchDepth));
  }

  @Override
  public String name() {
    return "gcbench";
  }

  @Override
  public long heapBytes(Parameters parameters) {
    Shape shape = fixed.orElseGet(() -> Shape.of(parameters.configuration()));
    long stretch = treeSize(shape.stretchDepth) * 32;
    return stretch + stretch / 2 + shape.arraySize * Double.BYTES + (8 << 20);
  }

  @Override
  public long allocatedBytes(Parameters parameters) {
    Shape shape = fixed.orElseGet(() -> Shape.of(parameters.configuration()));
    // Each of seven depths builds as many nodes as four stretch trees have.
    return 29 * treeSize(shape.stretchDepth) * 32 + heapBytes(parameters);
  }

  @Override
  public void start(Heap heap, Parameters parameters) {
    Shape shape = fixed.orElseGet(() -> Shape.of(parameters.configuration()));
    heap.setGlobal(STATE, heap.allocate(0, Field.values().length * Long.BYTES));
    State state = new State(heap);
    state.set(Field.ARRAY_SIZE, shape.arraySize);
    state.set(Field.LONG_LIVED_DEPTH, shape.longLivedDepth);
    state.set(Field.STRETCH_DEPTH, shape.stretchDepth);
    heap.setGlobal(SPINE, heap.allocate(shape.stretchDepth + 1, 0));
  }

  @Override
  public boolean step(Heap heap) {
    State state = new State(heap);
    switch (state.phase()) {
      case STRETCH -> stepStretch(heap, state);
      case LONG_LIVED -> stepLongLived(heap, state);
      case ARRAY -> stepArray(heap, state);
      case TOP_DOWN -> stepTrees(heap, state, true);
      case BOTTOM_UP -> stepTrees(heap, state, false);
      case CHECK -> stepCheck(heap, state);
      case DONE -> {
        return false;
      }
    }
    return state.phase() != Phase.DONE;
  }

  @Override
  public double progress(Heap heap) {
    State state = new State(heap);
    if (state.phase() == Phase.DONE) {
      return 1;
    }
    int stretchDepth = (int) state.get(Field.STRETCH_DEPTH);
    long total = treeSize(stretchDepth) + treeSize((int) state.get(Field.LONG_LIVED_DEPTH));
    for (int depth = MIN_DEPTH; depth <= maxDepth(state); depth += 2) {
      total += 2 * trees(stretchDepth, depth) * treeSize(depth);
    }
    return Math.min(0.999, (double) state.get(Field.NODES_BUILT) / total);
  }

  @Override
  public long result(Heap heap) {
    return new State(heap).get(Field.CHECKSUM);
  }

  private static void stepStretch(Heap heap, State state) {
    int depth = (int) state.get(Field.STRETCH_DEPTH);
    if (makePiece(heap, state, depth)) {
      probe(heap, state, depth, 0x5A5A5A5AL);
      heap.setGlobal(TREE, 0);
      state.enter(Phase.LONG_LIVED);
    }
  }

  private static void stepLongLived(Heap heap, State state) {
    int depth = (int) state.get(Field.LONG_LIVED_DEPTH);
    if (populatePiece(heap, state, LONG_LIVED, depth, true)) {
      state.enter(Phase.ARRAY);
    }
  }

  /** Fills the first half with 1/i, as the original does. */
  private static void stepArray(Heap heap, State state) {
    long size = state.get(Field.ARRAY_SIZE);
    if (heap.global(ARRAY) == 0) {
      heap.setGlobal(ARRAY, heap.allocate(0, Math.toIntExact(size * Double.BYTES)));
    }
    Memory memory = heap.memory();
    long data = heap.data(heap.global(ARRAY));
    long from = Math.max(1, state.get(Field.ITERATION));
    long to = Math.min(size / 2, from + DOUBLES_A_STEP);
    for (long i = from; i < to; i++) {
      memory.putLong(data + i * Double.BYTES, Double.doubleToRawLongBits(1.0 / i));
    }
    heap.execution().work(to - from);
    state.set(Field.ITERATION, to);
    if (to == size / 2) {
      state.enter(Phase.TOP_DOWN);
      state.set(Field.DEPTH, MIN_DEPTH);
    }
  }

  private static void stepTrees(Heap heap, State state, boolean topDown) {
    int depth = (int) state.get(Field.DEPTH);
    long trees = trees((int) state.get(Field.STRETCH_DEPTH), depth);
    for (long nodes = 0; nodes < NODES_A_STEP; nodes += treeSize(Math.min(depth, PIECE_DEPTH))) {
      boolean complete =
          topDown ? populatePiece(heap, state, TREE, depth, false) : makePiece(heap, state, depth);
      if (!complete) {
        continue;
      }
      long iteration = state.get(Field.ITERATION);
      probe(heap, state, depth, iteration * 0x9E3779B9L);
      heap.setGlobal(TREE, 0);
      heap.execution().poll();
      if (iteration + 1 < trees) {
        state.set(Field.ITERATION, iteration + 1);
        continue;
      }
      if (topDown) {
        state.enter(Phase.BOTTOM_UP);
      } else if (depth + 2 <= maxDepth(state)) {
        state.enter(Phase.TOP_DOWN);
        state.set(Field.DEPTH, depth + 2);
      } else {
        state.enter(Phase.CHECK);
      }
      return;
    }
  }

  /** The long-lived data must be as they were built. */
  private static void stepCheck(Heap heap, State state) {
    int depth = (int) state.get(Field.LONG_LIVED_DEPTH);
    int pieceDepth = Math.min(depth, PIECE_DEPTH);
    int above = depth - pieceDepth;
    long piece = state.get(Field.PIECE);
    long node = heap.global(LONG_LIVED);
    for (int level = above - 1; level >= 0; level--) {
      node = heap.reference(node, (int) (piece >>> level) & 1);
    }
    state.mix(new Trees(heap).sum(node));
    heap.execution().work(treeSize(pieceDepth) * NODE_WORK);
    if (piece + 1 < 1L << above) {
      state.set(Field.PIECE, piece + 1);
      return;
    }
    long array = heap.data(heap.global(ARRAY));
    long half = state.get(Field.ARRAY_SIZE) / 2;
    for (long i = 1000; i < half; i += 1000) {
      state.mix(heap.memory().getLong(array + i * Double.BYTES));
    }
    state.enter(Phase.DONE);
  }

  /** Mixes in how deep the tree is along a path that {@code bits} choose. */
  private static void probe(Heap heap, State state, int depth, long bits) {
    int found = 0;
    for (long node = heap.reference(heap.global(TREE), (int) bits & 1);
        node != 0;
        node = heap.reference(node, (int) (bits >>> found) & 1)) {
      found++;
    }
    if (found != depth) {
      throw new IllegalStateException("gcbench: a tree's depth is " + found + ", wanted " + depth);
    }
    state.mix(found);
  }

  /**
   * Builds the next subtree of a tree, nodes before their children. {@code root} names the global
   * that holds the tree.
   *
   * @return whether the tree is complete
   */
  private static boolean populatePiece(
      Heap heap, State state, int root, int depth, boolean numbered) {
    int pieceDepth = Math.min(depth, PIECE_DEPTH);
    int above = depth - pieceDepth;
    long piece = state.get(Field.PIECE);
    Trees trees = new Trees(heap);
    if (piece == 0) {
      long node = trees.newNode();
      heap.setGlobal(root, node);
      if (numbered) {
        trees.number(node, 1);
      }
    }
    long node = heap.global(root);
    long number = 1;
    for (int level = above - 1; level >= 0; level--) {
      boolean firstVisit = (piece & ((2L << level) - 1)) == 0;
      if (firstVisit) {
        trees.populate(node, 1, number, numbered);
      }
      int side = (int) (piece >>> level) & 1;
      node = heap.reference(node, side);
      number = 2 * number + side;
    }
    trees.populate(node, pieceDepth, number, numbered);
    return pieceDone(heap, state, pieceDepth, above, piece);
  }

  /**
   * Builds the next subtree of a tree in {@link #TREE}, children before their parents.
   *
   * @return whether the tree is complete
   */
  private static boolean makePiece(Heap heap, State state, int depth) {
    int pieceDepth = Math.min(depth, PIECE_DEPTH);
    int above = depth - pieceDepth;
    long piece = state.get(Field.PIECE);
    try (Heap.Scope scope = heap.scope()) {
      Trees trees = new Trees(heap);
      for (int root = 0; root < Trees.roots(pieceDepth); root++) {
        scope.add(0);
      }
      int subtree = scope.add(trees.make(scope, pieceDepth));
      int height = 0;
      while ((piece >>> height & 1) == 1) {
        long parent = trees.newNode();
        heap.setReference(parent, Trees.LEFT, heap.reference(heap.global(SPINE), height));
        heap.setReference(parent, Trees.RIGHT, scope.get(subtree));
        heap.setReference(heap.global(SPINE), height, 0);
        scope.set(subtree, parent);
        height++;
      }
      if (height == above) {
        heap.setGlobal(TREE, scope.get(subtree));
      } else {
        heap.setReference(heap.global(SPINE), height, scope.get(subtree));
      }
    }
    return pieceDone(heap, state, pieceDepth, above, piece);
  }

  private static boolean pieceDone(Heap heap, State state, int pieceDepth, int above, long piece) {
    ExecutionContext execution = heap.execution();
    execution.work(treeSize(pieceDepth) * NODE_WORK);
    execution.poll();
    state.set(Field.NODES_BUILT, state.get(Field.NODES_BUILT) + treeSize(pieceDepth));
    boolean complete = piece + 1 == 1L << above;
    state.set(Field.PIECE, complete ? 0 : piece + 1);
    return complete;
  }

  private static int maxDepth(State state) {
    return (int) Math.min(MAX_DEPTH, state.get(Field.STRETCH_DEPTH));
  }

  private static long treeSize(int depth) {
    return (2L << depth) - 1;
  }

  /** How many trees of {@code depth} the original builds each way. */
  private static long trees(int stretchDepth, int depth) {
    return 2 * treeSize(stretchDepth) / treeSize(depth);
  }

  /** A configuration of Table II. */
  private record Shape(long arraySize, int longLivedDepth, int stretchDepth) {
    static Shape of(Parameters.Configuration configuration) {
      return switch (configuration) {
        case SMALL -> new Shape(500_000, 16, 18);
        case MEDIUM -> new Shape(650_000, 18, 20);
        case LARGE -> new Shape(750_000, 20, 22);
      };
    }
  }

  /** The run's state, in the heap. Valid within a step: objects don't move. */
  private static final class State {
    private final Memory memory;
    private final long data;

    State(Heap heap) {
      memory = heap.memory();
      data = heap.data(heap.global(STATE));
    }

    long get(Field field) {
      return memory.getLong(data + (long) field.ordinal() * Long.BYTES);
    }

    void set(Field field, long value) {
      memory.putLong(data + (long) field.ordinal() * Long.BYTES, value);
    }

    Phase phase() {
      return Phase.ALL[(int) get(Field.PHASE)];
    }

    void enter(Phase phase) {
      set(Field.PHASE, phase.ordinal());
      set(Field.ITERATION, 0);
      set(Field.PIECE, 0);
    }

    void mix(long value) {
      long sum = (get(Field.CHECKSUM) ^ value) * 0xD6E8FEB86659FD93L;
      set(Field.CHECKSUM, sum ^ sum >>> 32);
    }
  }
}
