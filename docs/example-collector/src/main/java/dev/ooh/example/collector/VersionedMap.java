package dev.ooh.example.collector;

import dev.ooh.workloads.Heap;
import java.util.BitSet;
import java.util.OptionalLong;

/**
 * A sorted map from numbers to numbers, of which every version can be kept: to put is to make a new
 * version that shares all but a path with the one before. Nobody frees a node; versions that are
 * not kept are garbage.
 *
 * <p>A version is a treap: a search tree by key, and a heap by a priority that a key's hash gives,
 * so that the shape depends on the keys alone and is about as deep as a balanced tree's. For one
 * thread.
 */
public final class VersionedMap {
  /** How many versions can be kept at once. */
  public static final int MOST_KEPT = 1024;

  /** The global that holds the newest version. */
  private static final int NEWEST = 0;

  /** The global that holds the object whose references are the kept versions. */
  private static final int KEPT = 1;

  // A node has two references and two numbers.
  private static final int LEFT = 0;
  private static final int RIGHT = 1;
  private static final int KEY = 0;
  private static final int VALUE = 8;
  private static final int DATA_BYTES = 16;

  private final Heap heap;
  private final Heap.Allocator nodes;
  private final BitSet taken = new BitSet(MOST_KEPT);

  /** Takes a heap that nobody else uses the globals of. */
  public VersionedMap(Heap heap) {
    this.heap = heap;
    nodes = heap.allocator(2, DATA_BYTES);
    heap.setGlobal(KEPT, heap.allocate(MOST_KEPT, 0));
  }

  /** A version that stays as it is until it is closed. */
  public final class Kept implements AutoCloseable {
    private final int slot;

    private Kept(int slot) {
      this.slot = slot;
    }

    /** What {@code key} was mapped to when this version was kept. */
    public OptionalLong get(long key) {
      return find(heap.reference(heap.global(KEPT), slot), key);
    }

    @Override
    public void close() {
      heap.setReference(heap.global(KEPT), slot, 0);
      taken.clear(slot);
    }
  }

  /** What {@code key} is mapped to now. */
  public OptionalLong get(long key) {
    return find(heap.global(NEWEST), key);
  }

  /** Makes a new version, in which {@code key} is mapped to {@code value}. */
  public void put(long key, long value) {
    // An allocation may collect: what is new is a root until all of it hangs in the tree.
    try (Heap.Scope fresh = heap.scope()) {
      heap.setGlobal(NEWEST, put(fresh, heap.global(NEWEST), key, value));
    }
  }

  /**
   * Keeps the version that is newest now.
   *
   * @throws IllegalStateException if {@link #MOST_KEPT} are kept
   */
  public Kept keep() {
    int slot = taken.nextClearBit(0);
    if (slot == MOST_KEPT) {
      throw new IllegalStateException(MOST_KEPT + " versions are kept, wanted fewer");
    }
    heap.setReference(heap.global(KEPT), slot, heap.global(NEWEST));
    taken.set(slot);
    return new Kept(slot);
  }

  private OptionalLong find(long version, long key) {
    long node = version;
    while (node != 0) {
      long found = key(node);
      if (found == key) {
        return OptionalLong.of(value(node));
      }
      node = heap.reference(node, key < found ? LEFT : RIGHT);
    }
    return OptionalLong.empty();
  }

  /** The root of a tree like that of {@code node}, but for one key; nothing old is written to. */
  private long put(Heap.Scope fresh, long node, long key, long value) {
    if (node == 0) {
      return newNode(fresh, 0, 0, key, value);
    }
    long own = key(node);
    long left = heap.reference(node, LEFT);
    long right = heap.reference(node, RIGHT);
    if (key == own) {
      return newNode(fresh, left, right, key, value);
    }
    if (key < own) {
      left = put(fresh, left, key, value);
      if (priority(key(left)) <= priority(own)) {
        return newNode(fresh, left, right, own, value(node));
      }
      // The new subtree's root goes up; what it had on its right comes between.
      long down = newNode(fresh, heap.reference(left, RIGHT), right, own, value(node));
      heap.setReference(left, RIGHT, down);
      return left;
    }
    right = put(fresh, right, key, value);
    if (priority(key(right)) <= priority(own)) {
      return newNode(fresh, left, right, own, value(node));
    }
    long down = newNode(fresh, left, heap.reference(right, LEFT), own, value(node));
    heap.setReference(right, LEFT, down);
    return right;
  }

  private long newNode(Heap.Scope fresh, long left, long right, long key, long value) {
    long node = nodes.allocate();
    fresh.add(node);
    heap.setReference(node, LEFT, left);
    heap.setReference(node, RIGHT, right);
    heap.memory().putLong(heap.data(node) + KEY, key);
    heap.memory().putLong(heap.data(node) + VALUE, value);
    return node;
  }

  private long key(long node) {
    return heap.memory().getLong(heap.data(node) + KEY);
  }

  private long value(long node) {
    return heap.memory().getLong(heap.data(node) + VALUE);
  }

  /** As good as random, and the same for the same key: the finalizer of SplitMix64. */
  private static long priority(long key) {
    long mixed = key + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
