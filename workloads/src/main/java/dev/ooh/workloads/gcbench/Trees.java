package dev.ooh.workloads.gcbench;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;

/**
 * Builds and reads subtrees in a heap. Nearly all of a run's time is spent here, so nothing is
 * looked up for a node that is the same for all of them, and leaves take no call of their own. For
 * one thread, within a step.
 */
final class Trees {
  static final int LEFT = 0;
  static final int RIGHT = 1;

  private final Heap heap;
  private final Memory memory;

  /** Two references and two ints, as the original's node. */
  private final Heap.Allocator nodes;

  Trees(Heap heap) {
    this.heap = heap;
    memory = heap.memory();
    nodes = heap.allocator(2, 2 * Integer.BYTES);
  }

  long newNode() {
    return nodes.allocate();
  }

  void number(long node, long number) {
    memory.putLong(heap.data(node), number);
  }

  /**
   * Builds what is below {@code node}, which is reachable: nodes before their children.
   *
   * @param depth of the subtree, 0 for none
   * @param number of {@code node}; its children's are twice as much, and one more
   * @param numbered whether nodes get their numbers
   */
  void populate(long node, int depth, long number, boolean numbered) {
    if (depth == 0) {
      return;
    }
    long left = newNode();
    heap.setReference(node, LEFT, left);
    long right = newNode();
    heap.setReference(node, RIGHT, right);
    if (numbered) {
      number(left, 2 * number);
      number(right, 2 * number + 1);
    }
    if (depth > 1) {
      populate(left, depth - 1, 2 * number, numbered);
      populate(right, depth - 1, 2 * number + 1, numbered);
    }
  }

  /** How many roots {@link #make} needs in its scope. */
  static int roots(int depth) {
    return 2 * depth + 2;
  }

  /**
   * Builds a tree, children before their parents.
   *
   * @param scope whose first {@link #roots} are overwritten
   */
  long make(Heap.Scope scope, int depth) {
    if (depth == 0) {
      return newNode();
    }
    long left = depth == 1 ? newNode() : make(scope, depth - 1);
    scope.set(2 * depth, left);
    long right = depth == 1 ? newNode() : make(scope, depth - 1);
    scope.set(2 * depth + 1, right);
    long node = newNode();
    heap.setReference(node, LEFT, left);
    heap.setReference(node, RIGHT, right);
    return node;
  }

  /** The sum of the numbers of a subtree's nodes. */
  long sum(long node) {
    long sum = memory.getLong(heap.data(node));
    long left = heap.reference(node, LEFT);
    if (left != 0) {
      sum += sum(left) + sum(heap.reference(node, RIGHT));
    }
    return sum;
  }
}
