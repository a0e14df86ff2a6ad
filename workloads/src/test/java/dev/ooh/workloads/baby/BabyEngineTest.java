package dev.ooh.workloads.baby;

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
import org.junit.jupiter.api.Test;

class BabyEngineTest extends EngineContract {
  @Override
  protected Application engine(long requests) {
    return BabyEngine.withOperations(requests);
  }

  @Override
  protected Application engine() {
    return new BabyEngine();
  }

  @Override
  protected Model model(long requests) {
    return new MapModel(new TreeMap<>(), RecordDigest::inOrder);
  }

  @Test
  void treeHoldsWhatAMapHolds() {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    PlainHeap heap = new PlainHeap(16 << 20);
    RecordTree tree = RecordTree.create(heap, Parts.whole(0, 1));
    TreeMap<Long, Long> model = new TreeMap<>();
    int pattern = random.nextInt(3); // random, ascending, descending
    for (int i = 0; i < 30_000; i++) {
      long number = pattern == 0 ? random.nextInt(25_000) : pattern == 1 ? i : 200_000 - i;
      long key = KeyText.of(number);
      long value = KeyText.of(random.nextInt(1000));
      boolean isNew = tree.set(key, value);
      assertThat(isNew).as("seed %d", seed).isEqualTo(model.put(key, value) == null);
    }
    assertThat(new RecordTree(heap, EngineState.of(heap, 0)).digest(0))
        .as("seed %d", seed)
        .isEqualTo(new MapModel(model, RecordDigest::inOrder).digest());
  }
}
