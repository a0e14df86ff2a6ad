package dev.ooh.gc.testing;

import dev.ooh.workloads.Heap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Does random things to a heap and the same to a graph of Java objects, and compares. Uses {@code
 * globals} from one index on, so that several can share a heap.
 */
public final class ModelMutator {
  private static final int GLOBALS = 8;
  private static final int WALK = 6;

  private final Heap heap;
  private final Random random;
  private final int firstGlobal;
  private final Node[] globals = new Node[GLOBALS];
  private long nextId = 1;

  /** What an object should be. */
  private static final class Node {
    final long address;
    final long id;
    final int dataBytes;
    final Node[] references;

    Node(long address, long id, int references, int dataBytes) {
      this.address = address;
      this.id = id;
      this.dataBytes = dataBytes;
      this.references = new Node[references];
    }
  }

  public ModelMutator(Heap heap, long seed, int firstGlobal) {
    this.heap = heap;
    this.firstGlobal = firstGlobal;
    random = new Random(seed);
  }

  /** One random operation. */
  public void act() {
    int dice = random.nextInt(100);
    if (dice < 60) {
      attach(newNode());
    } else if (dice < 75) {
      Node from = anyNode();
      Node to = anyNode();
      if (from != null && from.references.length > 0) {
        link(from, random.nextInt(from.references.length), to);
      }
    } else if (dice < 82) {
      Node from = anyNode();
      if (from != null && from.references.length > 0) {
        link(from, random.nextInt(from.references.length), null);
      }
    } else if (dice < 84) {
      int index = random.nextInt(GLOBALS);
      setGlobal(index, random.nextInt(3) == 0 ? null : anyNode());
    } else if (dice < 94) {
      buildInScope(random.nextInt(5));
    } else {
      check(anyNode());
    }
  }

  /** Compares everything reachable; throws an {@link AssertionError}. */
  public void checkAll() {
    Set<Node> seen = new HashSet<>();
    ArrayDeque<Node> queue = new ArrayDeque<>();
    for (int i = 0; i < GLOBALS; i++) {
      Node node = globals[i];
      expect("global", heap.global(firstGlobal + i), node == null ? 0 : node.address);
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
  }

  /** A tree whose inner nodes are held by scopes alone until it is attached. */
  private void buildInScope(int depth) {
    try (Heap.Scope scope = heap.scope()) {
      Node node = build(depth, scope);
      attach(node);
    }
  }

  private Node build(int depth, Heap.Scope scope) {
    Node left = null;
    Node right = null;
    if (depth > 0) {
      try (Heap.Scope inner = heap.scope()) {
        left = build(depth - 1, inner);
        int place = inner.add(left.address);
        right = build(depth - 1, inner);
        inner.add(right.address);
        if (inner.get(place) != left.address) {
          throw new AssertionError("a scope's root changed");
        }
        Node parent = allocate(2, 8);
        link(parent, 0, left);
        link(parent, 1, right);
        return parent;
      }
    }
    return allocate(random.nextInt(2), 8 + random.nextInt(20));
  }

  private Node newNode() {
    int dice = random.nextInt(1000);
    if (dice < 3) {
      return allocate(0, 9000 + random.nextInt(60_000));
    }
    if (dice < 8) {
      return allocate(1000 + random.nextInt(4000), 8 + random.nextInt(9000));
    }
    if (dice < 40) {
      return allocate(random.nextInt(600), 8 + random.nextInt(1000));
    }
    return allocate(random.nextInt(6), 8 + random.nextInt(60));
  }

  private Node allocate(int references, int dataBytes) {
    long id = nextId++;
    long address = heap.allocate(references, dataBytes);
    Node node = new Node(address, id, references, dataBytes);
    for (int i = 0; i < references; i++) {
      expect("new slot", heap.reference(address, i), 0);
    }
    long data = heap.data(address);
    for (int i = 0; i < dataBytes; i++) {
      expect("new data", heap.memory().getByte(data + i), 0);
    }
    heap.memory().putLong(data, id);
    heap.memory().putByte(data + dataBytes - 1, (byte) last(node));
    return node;
  }

  private static long last(Node node) {
    return (byte) (node.dataBytes == 8 ? node.id >>> 56 : node.id * 7);
  }

  private void attach(Node node) {
    Node parent = random.nextInt(4) == 0 ? null : anyNode();
    if (parent != null && parent.references.length > 0) {
      link(parent, random.nextInt(parent.references.length), node);
    } else {
      setGlobal(random.nextInt(GLOBALS), node);
    }
  }

  private Node anyNode() {
    Node node = globals[random.nextInt(GLOBALS)];
    for (int step = random.nextInt(WALK); step > 0 && node != null; step--) {
      List<Node> next = new ArrayList<>();
      for (Node target : node.references) {
        if (target != null) {
          next.add(target);
        }
      }
      if (next.isEmpty()) {
        return node;
      }
      node = next.get(random.nextInt(next.size()));
    }
    return node;
  }

  private void link(Node from, int index, Node to) {
    from.references[index] = to;
    heap.setReference(from.address, index, to == null ? 0 : to.address);
  }

  private void setGlobal(int index, Node node) {
    globals[index] = node;
    heap.setGlobal(firstGlobal + index, node == null ? 0 : node.address);
  }

  private void check(Node node) {
    if (node == null) {
      return;
    }
    expect("references", heap.referenceCount(node.address), node.references.length);
    expect("data bytes", heap.dataBytes(node.address), node.dataBytes);
    long data = heap.data(node.address);
    expect("id", heap.memory().getLong(data), node.id);
    expect("last byte", heap.memory().getByte(data + node.dataBytes - 1), last(node));
    for (int i = 0; i < node.references.length; i++) {
      Node target = node.references[i];
      expect("slot", heap.reference(node.address, i), target == null ? 0 : target.address);
    }
  }

  private static void expect(String what, long found, long wanted) {
    if (found != wanted) {
      throw new AssertionError("%s is 0x%x, wanted 0x%x".formatted(what, found, wanted));
    }
  }
}
