package dev.ooh.gc.testing;

import dev.ooh.gc.testing.ShadowGraph.Node;
import dev.ooh.memory.ExecutionContext;
import dev.ooh.workloads.Heap;
import java.util.SplittableRandom;

/** One of several threads that do random things to one heap and to its {@link ShadowGraph}. */
public final class ShadowMutator {
  private final Heap heap;
  private final ShadowGraph graph;
  private final ExecutionContext execution;
  private final SplittableRandom random;

  public ShadowMutator(Heap heap, ShadowGraph graph, long seed) {
    this.heap = heap;
    this.graph = graph;
    execution = heap.execution();
    random = new SplittableRandom(seed);
  }

  /** One random operation. It is over when this returns: nothing is held by a scope. */
  public void act() {
    int dice = random.nextInt(100);
    if (dice < 50) {
      attachNew();
    } else if (dice < 60) {
      attachTree(1 + random.nextInt(4));
    } else if (dice < 75) {
      move();
    } else if (dice < 79) {
      graph.locked(() -> graph.attach(graph.any(random), random));
    } else if (dice < 83) {
      resurrect();
    } else if (dice < 88) {
      graph.locked(() -> graph.attach(null, random));
    } else if (dice < 94) {
      graph.locked(this::stampAny);
    } else {
      graph.locked(this::checkAny);
    }
  }

  private void attachNew() {
    try (Heap.Scope scope = heap.scope()) {
      Node node = allocate(scope);
      graph.locked(
          () -> {
            if (random.nextInt(4) == 0) {
              graph.handle(node);
            }
            // Now and then it is garbage from the begin on.
            if (random.nextInt(8) > 0) {
              graph.attach(node, random);
            }
          });
    }
  }

  /** Held by scopes alone until it is attached. */
  private void attachTree(int depth) {
    try (Heap.Scope scope = heap.scope()) {
      Node root = tree(depth, scope);
      graph.locked(() -> graph.attach(root, random));
    }
  }

  private Node tree(int depth, Heap.Scope scope) {
    Node node = graph.allocate(scope, 2, 8 + random.nextInt(17), random.nextLong());
    if (depth > 0) {
      for (int i = 0; i < 2; i++) {
        try (Heap.Scope inner = heap.scope()) {
          graph.link(node, i, tree(depth - 1, inner));
        }
        execution.poll();
      }
    }
    return node;
  }

  /**
   * Takes what hangs on one object and, some polls later, hangs it on another: a collector that has
   * been at the second and comes to the first must learn of it from changed pages alone.
   */
  private void move() {
    try (Heap.Scope scope = heap.scope()) {
      Node[] moved = new Node[1];
      graph.locked(
          () -> {
            moved[0] = takeAny();
            if (moved[0] != null) {
              scope.add(moved[0].address);
            }
          });
      for (int i = random.nextInt(8); i > 0; i--) {
        execution.poll();
      }
      if (moved[0] != null) {
        graph.locked(() -> graph.attach(moved[0], random));
      }
    }
  }

  /** Makes what a weak handle refers to, which may be garbage by then, reachable again. */
  private void resurrect() {
    try (Heap.Scope scope = heap.scope()) {
      graph.locked(
          () -> {
            graph.pollHandles();
            Node node = graph.resurrect(scope, random);
            if (node != null) {
              graph.check(node);
              graph.attach(node, random);
            } else if (graph.any(random) instanceof Node any) {
              graph.handle(any);
            }
          });
    }
  }

  private Node takeAny() {
    Node from = graph.any(random);
    if (from == null || ShadowGraph.taken(from).isEmpty()) {
      return null;
    }
    var taken = ShadowGraph.taken(from);
    int slot = taken.get(random.nextInt(taken.size()));
    Node target = from.references[slot];
    graph.link(from, slot, null);
    return target;
  }

  private void stampAny() {
    Node node = graph.any(random);
    if (node != null) {
      graph.stamp(node, random.nextLong());
    }
  }

  private void checkAny() {
    Node node = graph.any(random);
    if (node != null) {
      graph.check(node);
    }
  }

  private Node allocate(Heap.Scope scope) {
    int dice = random.nextInt(1000);
    if (dice < 2) {
      return allocate(scope, 0, 9000 + random.nextInt(40_000));
    }
    if (dice < 6) {
      return allocate(scope, 1000 + random.nextInt(3000), 8 + random.nextInt(9000));
    }
    if (dice < 60) {
      return allocate(scope, random.nextInt(300), 8 + random.nextInt(500));
    }
    return allocate(scope, random.nextInt(6), 8 + random.nextInt(60));
  }

  private Node allocate(Heap.Scope scope, int references, int dataBytes) {
    return graph.allocate(scope, references, dataBytes, random.nextLong());
  }
}
