package dev.ooh.gc.testing;

import dev.ooh.gc.CollectedHeap;
import dev.ooh.gc.WeakHandle;
import dev.ooh.gc.WeakQueue;
import dev.ooh.memory.ExecutionContext.ContextLock;
import dev.ooh.workloads.Heap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * What the objects of a heap should be: a graph of Java objects that any number of threads change
 * together with the heap, each step under one lock. Objects of different threads refer to each
 * other. All but {@link #allocate} and {@link #locked} is for the lock's holder, or for a caller
 * that stopped the others where they don't hold it.
 */
public final class ShadowGraph {
  private static final int GLOBALS = 16;
  private static final int WALK = 8;

  private final CollectedHeap heap;
  private final WeakQueue queue;
  private final ContextLock lock;

  /** In the order of their making, so that runs repeat. */
  private final Map<WeakHandle, Node> handles = new LinkedHashMap<>();

  private final Node[] globals = new Node[GLOBALS];

  /** What an object should be. */
  static final class Node {
    final long address;
    final int dataBytes;
    final Node[] references;

    /** Whether it refers to others by words, in front of its data, that may be references. */
    final boolean conservative;

    long stamp;

    Node(long address, boolean conservative, int references, int dataBytes) {
      this.address = address;
      this.conservative = conservative;
      this.dataBytes = dataBytes;
      this.references = new Node[references];
    }
  }

  /** By a thread of the heap's execution context. */
  public ShadowGraph(CollectedHeap heap) {
    this.heap = heap;
    queue = heap.weakQueue();
    lock = heap.execution().newLock();
  }

  /** A step that no other thread sees the middle of. */
  void locked(Runnable step) {
    lock.lock();
    try {
      step.run();
    } finally {
      lock.unlock();
    }
  }

  /**
   * A new object that refers to nothing and is referred to by nothing but {@code scope}.
   *
   * @param dataBytes 8 or more
   * @param stamp of its data
   */
  Node allocate(Heap.Scope scope, int references, int dataBytes, long stamp) {
    boolean conservative = stamp % 8 == 0;
    long address =
        conservative
            ? heap.allocateConservative(references * Long.BYTES + dataBytes)
            : heap.allocate(references, dataBytes);
    Node node = new Node(address, conservative, references, dataBytes);
    scope.add(node.address);
    for (int i = 0; i < references; i++) {
      expect(node, "new slot", reference(node, i), 0);
    }
    long data = data(node);
    for (int i = 0; i < dataBytes; i++) {
      expect(node, "new byte", heap.memory().getByte(data + i), 0);
    }
    stamp(node, stamp);
    return node;
  }

  /** Writes its data. */
  void stamp(Node node, long stamp) {
    node.stamp = stamp;
    long data = data(node);
    heap.memory().putLong(data, stamp);
    if (node.dataBytes > Long.BYTES) {
      heap.memory().putByte(data + node.dataBytes - 1, (byte) stamp);
    }
  }

  /** An object at some steps from a global; null when the global is. */
  Node any(SplittableRandom random) {
    Node node = globals[random.nextInt(GLOBALS)];
    for (int step = random.nextInt(WALK); step > 0 && node != null; step--) {
      List<Integer> taken = taken(node);
      if (taken.isEmpty()) {
        break;
      }
      node = node.references[taken.get(random.nextInt(taken.size()))];
    }
    return node;
  }

  /** The slots that are not null. */
  static List<Integer> taken(Node node) {
    List<Integer> taken = new ArrayList<>();
    for (int i = 0; i < node.references.length; i++) {
      if (node.references[i] != null) {
        taken.add(i);
      }
    }
    return taken;
  }

  void link(Node from, int index, Node to) {
    from.references[index] = to;
    if (from.conservative) {
      heap.memory().putLong(word(from, index), wanted(from, index));
    } else {
      heap.setReference(from.address, index, wanted(from, index));
    }
  }

  private static long word(Node node, int index) {
    return node.address + (long) index * Long.BYTES;
  }

  private long reference(Node node, int index) {
    return node.conservative
        ? heap.memory().getLong(word(node, index))
        : heap.reference(node.address, index);
  }

  /** What refers to an object may be the address of any of its bytes, if it is a mere word. */
  private static long wanted(Node node, int index) {
    Node target = node.references[index];
    return target == null ? 0 : target.address + (node.conservative ? index % Long.BYTES : 0);
  }

  private long data(Node node) {
    return node.conservative ? word(node, node.references.length) : heap.data(node.address);
  }

  /** Refers to {@code node}, which may be null, from somewhere: an object, or a global. */
  void attach(Node node, SplittableRandom random) {
    Node parent = random.nextInt(4) == 0 ? null : any(random);
    if (parent != null && parent.references.length > 0) {
      link(parent, random.nextInt(parent.references.length), node);
    } else {
      int index = random.nextInt(GLOBALS);
      globals[index] = node;
      heap.setGlobal(index, node == null ? 0 : node.address);
    }
  }

  /** A weak handle of {@code node}, which is held by a scope, or of which nobody knows. */
  void handle(Node node) {
    handles.put(queue.handle(node.address), node);
  }

  /**
   * An object by one of the weak handles, made a root of {@code scope}; null when it was cleared.
   */
  Node resurrect(Heap.Scope scope, SplittableRandom random) {
    WeakHandle handle =
        handles.keySet().stream().skip(random.nextInt(handles.size() + 1)).findFirst().orElse(null);
    if (handle == null || handle.get() == 0) {
      return null;
    }
    scope.add(handle.get());
    return handles.get(handle);
  }

  /** Forgets the handles that were cleared. */
  void pollHandles() {
    for (WeakHandle next = queue.poll(); next != null; next = queue.poll()) {
      if (handles.remove(next) == null || next.get() != 0) {
        throw new AssertionError("a handle came back twice, or not cleared");
      }
    }
  }

  /**
   * Compares what weak handles refer to: as long as they do, the object is what it was.
   *
   * @param reachable what must have its handles
   */
  private void checkHandles(Set<Node> reachable) {
    handles.forEach(
        (handle, node) -> {
          if (handle.get() != 0) {
            expect(node, "weak handle", handle.get(), node.address);
            check(node);
          } else if (reachable.contains(node)) {
            throw new AssertionError(
                "the weak handle of reachable object 0x%x was cleared".formatted(node.address));
          }
        });
  }

  /**
   * After a full cycle in a pause, since which nothing happened: there are no handles of what can't
   * be reached.
   */
  public void checkHandlesAreExact() {
    pollHandles();
    Set<Node> reachable = checkReachable();
    handles.forEach(
        (handle, node) -> {
          if (!reachable.contains(node)) {
            throw new AssertionError(
                "the weak handle of unreachable object 0x%x is not cleared"
                    .formatted(node.address));
          }
        });
  }

  /**
   * Compares everything that is reachable, strongly or weakly.
   *
   * @throws AssertionError naming the first object that is not what it should be
   */
  public void checkAll() {
    checkHandles(checkReachable());
  }

  private Set<Node> checkReachable() {
    Set<Node> seen = new HashSet<>();
    ArrayDeque<Node> queue = new ArrayDeque<>();
    for (int i = 0; i < GLOBALS; i++) {
      Node node = globals[i];
      long wanted = node == null ? 0 : node.address;
      if (heap.global(i) != wanted) {
        throw new AssertionError(
            "global %d is 0x%x, wanted 0x%x".formatted(i, heap.global(i), wanted));
      }
      if (node != null && seen.add(node)) {
        queue.add(node);
      }
    }
    while (!queue.isEmpty()) {
      Node node = queue.remove();
      check(node);
      for (Node target : node.references) {
        if (target != null && seen.add(target)) {
          queue.add(target);
        }
      }
    }
    return seen;
  }

  /** Compares one object. */
  void check(Node node) {
    int words = node.conservative ? node.references.length : 0;
    int slots = node.references.length - words;
    expect(node, "reference count", heap.referenceCount(node.address), slots);
    expect(node, "data size", heap.dataBytes(node.address), words * Long.BYTES + node.dataBytes);
    long data = data(node);
    expect(node, "stamp", heap.memory().getLong(data), node.stamp);
    if (node.dataBytes > Long.BYTES) {
      byte last = heap.memory().getByte(data + node.dataBytes - 1);
      expect(node, "last byte", last, (byte) node.stamp);
    }
    for (int i = 0; i < node.references.length; i++) {
      expect(node, "slot " + i, reference(node, i), wanted(node, i));
    }
  }

  private static void expect(Node node, String what, long found, long wanted) {
    if (found != wanted) {
      throw new AssertionError(
          "%s of object 0x%x is 0x%x, wanted 0x%x".formatted(what, node.address, found, wanted));
    }
  }
}
