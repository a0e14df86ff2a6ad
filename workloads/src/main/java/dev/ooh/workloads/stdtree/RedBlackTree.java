package dev.ooh.workloads.stdtree;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.engine.EngineState;
import dev.ooh.workloads.engine.KeyText;
import dev.ooh.workloads.engine.Part;
import dev.ooh.workloads.engine.RecordDigest;

/**
 * A red-black tree: the root is black, no red node has a red child, and every way down passes as
 * many black nodes, so none is more than twice as long as another. A view that is good for one
 * step.
 *
 * <p>The engine's own in the {@link EngineState}: reference 0, the root.
 *
 * <pre>
 * a node's reference slots
 *   0     the left child, with lower keys
 *   1     the right child, with higher keys
 *   2     the parent
 * data
 *   +0    u64 key, as text
 *   +8    u64 value, as text
 *   +16   u32 1 for red, 0 for black
 * </pre>
 */
final class RedBlackTree {
  private static final int REFERENCES = 1;
  private static final int ROOT = 0;

  private static final int LEFT = 0;
  private static final int RIGHT = 1;
  private static final int PARENT = 2;
  private static final int NODE_REFERENCES = 3;
  private static final int KEY = 0;
  private static final int VALUE = 8;
  private static final int COLOUR = 16;
  private static final int NODE_BYTES = 20;
  private static final int BLACK = 0;
  private static final int RED = 1;
  private static final int RECORDS_PER_POLL = 4096;

  private final Heap heap;
  private final Memory memory;
  private final EngineState state;
  private final Heap.Allocator nodes;

  RedBlackTree(Heap heap, EngineState state) {
    this.heap = heap;
    this.memory = heap.memory();
    this.state = state;
    this.nodes = heap.allocator(NODE_REFERENCES, NODE_BYTES);
  }

  /** Makes the empty tree of a part of a fresh run. */
  static RedBlackTree create(Heap heap, Part part) {
    return new RedBlackTree(heap, EngineState.create(heap, part, REFERENCES, 0));
  }

  /** Sets {@code key} to {@code value}; returns whether the key is new. */
  boolean set(long key, long value) {
    long parent = 0;
    int side = LEFT;
    long node = root();
    while (node != 0) {
      long there = keyOf(node);
      if (there == key) {
        memory.putLong(heap.data(node) + VALUE, KeyText.swap(value));
        return false;
      }
      parent = node;
      side = key < there ? LEFT : RIGHT;
      node = heap.reference(node, side);
    }
    insert(key, value, parent, side);
    state.setRecords(state.records() + 1);
    return true;
  }

  private void insert(long key, long value, long parent, int side) {
    long node = nodes.allocate();
    long data = heap.data(node);
    memory.putLong(data + KEY, KeyText.swap(key));
    memory.putLong(data + VALUE, KeyText.swap(value));
    heap.setReference(node, PARENT, parent);
    if (parent == 0) {
      state.setOwn(ROOT, node); // black, as a fresh node is
    } else {
      heap.setReference(parent, side, node);
      paint(node, RED);
      repair(node);
    }
  }

  /** Makes the tree one again whose only fault may be that {@code red} and its parent are red. */
  private void repair(long red) {
    long node = red;
    long parent = parentOf(node);
    while (parent != 0 && isRed(parent)) {
      long grandparent = parentOf(parent); // there is one, as the root is black
      int side = heap.reference(grandparent, LEFT) == parent ? LEFT : RIGHT;
      long uncle = heap.reference(grandparent, opposite(side));
      if (uncle == 0 || !isRed(uncle)) {
        if (heap.reference(parent, side) != node) {
          rotate(parent, side);
          parent = node;
        }
        rotate(grandparent, opposite(side));
        paint(parent, BLACK);
        paint(grandparent, RED);
        return;
      }
      paint(parent, BLACK);
      paint(uncle, BLACK);
      paint(grandparent, RED);
      node = grandparent;
      parent = parentOf(node);
    }
    if (parent == 0) {
      paint(node, BLACK);
    }
  }

  /** Moves {@code node} down to {@code side}; its child from the opposite side takes its place. */
  private void rotate(long node, int side) {
    long up = heap.reference(node, opposite(side));
    long across = heap.reference(up, side);
    long parent = parentOf(node);
    heap.setReference(node, opposite(side), across);
    if (across != 0) {
      heap.setReference(across, PARENT, node);
    }
    heap.setReference(up, side, node);
    heap.setReference(node, PARENT, up);
    heap.setReference(up, PARENT, parent);
    if (parent == 0) {
      state.setOwn(ROOT, up);
    } else {
      heap.setReference(parent, heap.reference(parent, LEFT) == node ? LEFT : RIGHT, up);
    }
  }

  /**
   * Adds all records, by key, to the digest {@code before}.
   *
   * @throws IllegalStateException if keys are out of order, or their number is not the counted one
   */
  long digest(long before) {
    long digest = before;
    long records = 0;
    long last = -1;
    for (long node = root() == 0 ? 0 : leftmost(root()); node != 0; node = next(node)) {
      long key = keyOf(node);
      if (key <= last) {
        throw new IllegalStateException(
            "key %016x follows %016x, wanted ascending keys".formatted(key, last));
      }
      last = key;
      long value = KeyText.swap(memory.getLong(heap.data(node) + VALUE));
      digest = RecordDigest.inOrder(digest, key, value);
      records++;
      if (records % RECORDS_PER_POLL == 0) {
        heap.execution().poll();
      }
    }
    if (records != state.records()) {
      throw new IllegalStateException(
          "the tree holds %d records, wanted %d".formatted(records, state.records()));
    }
    return digest;
  }

  private long next(long node) {
    long right = heap.reference(node, RIGHT);
    if (right != 0) {
      return leftmost(right);
    }
    long below = node;
    long above = parentOf(node);
    while (above != 0 && heap.reference(above, RIGHT) == below) {
      below = above;
      above = parentOf(above);
    }
    return above;
  }

  private long leftmost(long top) {
    long node = top;
    for (long left = heap.reference(node, LEFT); left != 0; left = heap.reference(node, LEFT)) {
      node = left;
    }
    return node;
  }

  private long root() {
    return state.own(ROOT);
  }

  private long parentOf(long node) {
    return heap.reference(node, PARENT);
  }

  private long keyOf(long node) {
    return KeyText.swap(memory.getLong(heap.data(node) + KEY));
  }

  private boolean isRed(long node) {
    return memory.getInt(heap.data(node) + COLOUR) == RED;
  }

  private void paint(long node, int colour) {
    memory.putInt(heap.data(node) + COLOUR, colour);
  }

  private static int opposite(int side) {
    return side ^ 1;
  }
}
