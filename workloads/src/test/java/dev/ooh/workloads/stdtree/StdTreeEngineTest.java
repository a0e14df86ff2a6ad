package dev.ooh.workloads.stdtree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.workloads.Application;
import dev.ooh.workloads.engine.EngineContract;
import dev.ooh.workloads.engine.EngineState;
import dev.ooh.workloads.engine.KeyText;
import dev.ooh.workloads.engine.MapModel;
import dev.ooh.workloads.engine.Parts;
import dev.ooh.workloads.engine.PlainHeap;
import dev.ooh.workloads.engine.RecordDigest;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StdTreeEngineTest extends EngineContract {
  private static final int LEFT = 0;
  private static final int RIGHT = 1;
  private static final int PARENT = 2;
  private static final int COLOUR = 16;

  @Override
  protected Application engine(long requests) {
    return StdTreeEngine.withOperations(requests);
  }

  @Override
  protected Application engine() {
    return new StdTreeEngine();
  }

  @Override
  protected Model model(long requests) {
    return new MapModel(new TreeMap<>(), RecordDigest::inOrder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"random", "ascending", "descending", "from both ends"})
  void treeHoldsWhatAMapHoldsAndStaysBalanced(String order) {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    PlainHeap heap = new PlainHeap(1 << 20);
    RedBlackTree tree = RedBlackTree.create(heap, Parts.whole(0, 1));
    MapModel model = new MapModel(new TreeMap<>(), RecordDigest::inOrder);
    for (int i = 0; i < 300; i++) {
      long number =
          switch (order) {
            case "random" -> random.nextInt(200);
            case "ascending" -> i;
            case "descending" -> 1000 - i;
            default -> i % 2 == 0 ? i : 2000 - i;
          };
      long key = KeyText.of(number);
      long value = KeyText.of(random.nextInt(1000));
      boolean isNew = tree.set(key, value);
      assertThat(isNew).as("seed %d", seed).isEqualTo(model.map().put(key, value) == null);
      assertThat(tree.digest(0)).as("seed %d", seed).isEqualTo(model.digest());
      long root = EngineState.of(heap, 0).own(0);
      assertThat(isRed(heap, root)).as("seed %d: the root", seed).isFalse();
      blackNodesOnEachWayDown(heap, root, 0, seed);
    }
  }

  private static int blackNodesOnEachWayDown(PlainHeap heap, long node, long parent, long seed) {
    if (node == 0) {
      return 0;
    }
    assertThat(heap.reference(node, PARENT)).as("seed %d", seed).isEqualTo(parent);
    boolean red = isRed(heap, node);
    assertThat(red && parent != 0 && isRed(heap, parent)).as("seed %d", seed).isFalse();
    int left = blackNodesOnEachWayDown(heap, heap.reference(node, LEFT), node, seed);
    int right = blackNodesOnEachWayDown(heap, heap.reference(node, RIGHT), node, seed);
    assertThat(left).as("seed %d: black nodes", seed).isEqualTo(right);
    return left + (red ? 0 : 1);
  }

  private static boolean isRed(PlainHeap heap, long node) {
    return heap.memory().getInt(heap.data(node) + COLOUR) != 0;
  }
}
