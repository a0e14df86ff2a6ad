package dev.ooh.workloads.baby;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.engine.EngineState;
import dev.ooh.workloads.engine.KeyText;
import dev.ooh.workloads.engine.Part;
import dev.ooh.workloads.engine.RecordDigest;

/**
 * A B+ tree. Full nodes are split on the way down, so a split never has to climb back, and every
 * object is linked into the tree before the next one is allocated: at no allocation is there an
 * object that a collector could not reach.
 *
 * <p>The engine's own in the {@link EngineState}: reference 0, the root; word 0, the levels above
 * the leaves.
 */
final class RecordTree {
  private static final int REFERENCES = 1;
  private static final int WORDS = 1;
  private static final int ROOT = 0;
  private static final int LEVELS = 0;
  private static final int VALUE_BYTES = Long.BYTES;

  private final Heap heap;
  private final Memory memory;
  private final EngineState state;
  private long root;
  private int levels;

  RecordTree(Heap heap, EngineState state) {
    this.heap = heap;
    this.memory = heap.memory();
    this.state = state;
    this.root = state.own(ROOT);
    this.levels = (int) state.word(LEVELS);
  }

  /** Makes the empty tree of a part of a fresh run. */
  static RecordTree create(Heap heap, Part part) {
    EngineState state = EngineState.create(heap, part, REFERENCES, WORDS);
    state.setOwn(ROOT, LeafNode.allocate(heap));
    return new RecordTree(heap, state);
  }

  /** Sets {@code key} to {@code value}; returns whether the key is new. */
  boolean set(long key, long value) {
    if (levels == 0 ? LeafNode.isFull(heap, root) : InnerNode.isFull(heap, root)) {
      growRoot();
    }
    long node = root;
    for (int above = levels; above > 0; above--) {
      int index = InnerNode.childIndex(heap, node, key);
      long child = InnerNode.child(heap, node, index);
      if (above == 1 ? LeafNode.isFull(heap, child) : InnerNode.isFull(heap, child)) {
        splitChild(node, index, child, above == 1);
        child = InnerNode.child(heap, node, InnerNode.childIndex(heap, node, key));
      }
      node = child;
    }
    return setInLeaf(node, key, value);
  }

  private boolean setInLeaf(long leaf, long key, long value) {
    long data = heap.data(leaf);
    int index = LeafNode.lowerBound(memory, data, key);
    if (index < LeafNode.count(memory, data) && LeafNode.key(memory, data, index) == key) {
      long place = heap.data(LeafNode.value(heap, leaf, data, index));
      memory.putLong(place, KeyText.swap(value));
      return false;
    }
    long record = heap.allocate(0, VALUE_BYTES);
    memory.putLong(heap.data(record), KeyText.swap(value));
    LeafNode.insert(heap, leaf, index, key, record);
    state.setRecords(state.records() + 1);
    return true;
  }

  private void growRoot() {
    long above = InnerNode.allocate(heap);
    InnerNode.initialize(heap, above, root);
    state.setOwn(ROOT, above);
    state.setWord(LEVELS, levels + 1);
    splitChild(above, 0, root, levels == 0);
    root = above;
    levels++;
  }

  private void splitChild(long parent, int index, long child, boolean leaf) {
    if (leaf) {
      long right = LeafNode.allocate(heap);
      LeafNode.split(heap, child, right);
      long separator = LeafNode.key(memory, heap.data(right), 0);
      InnerNode.insert(heap, parent, index, separator, right);
    } else {
      long right = InnerNode.allocate(heap);
      long separator = InnerNode.split(heap, child, right);
      InnerNode.insert(heap, parent, index, separator, right);
    }
  }

  /**
   * Adds all records, in order, to the digest {@code before}.
   *
   * @throws IllegalStateException if keys are out of order or their number is not the counted one
   */
  long digest(long before) {
    long leaf = root;
    for (int above = levels; above > 0; above--) {
      leaf = InnerNode.child(heap, leaf, 0);
    }
    long digest = before;
    long records = 0;
    long last = -1;
    for (; leaf != 0; leaf = LeafNode.next(heap, leaf)) {
      long data = heap.data(leaf);
      int count = LeafNode.count(memory, data);
      for (int i = 0; i < count; i++) {
        long key = LeafNode.key(memory, data, i);
        if (key <= last) {
          throw new IllegalStateException(
              "key %016x follows %016x, wanted ascending keys".formatted(key, last));
        }
        last = key;
        long place = heap.data(LeafNode.value(heap, leaf, data, i));
        long value = KeyText.swap(memory.getLong(place));
        digest = RecordDigest.inOrder(digest, key, value);
      }
      records += count;
      heap.execution().poll();
    }
    if (records != state.records()) {
      throw new IllegalStateException(
          "the leaves hold %d records, wanted %d".formatted(records, state.records()));
    }
    return digest;
  }
}
