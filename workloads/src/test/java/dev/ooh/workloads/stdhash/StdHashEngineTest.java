package dev.ooh.workloads.stdhash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.workloads.Application;
import dev.ooh.workloads.engine.EngineContract;
import dev.ooh.workloads.engine.EngineState;
import dev.ooh.workloads.engine.KeyText;
import dev.ooh.workloads.engine.MapModel;
import dev.ooh.workloads.engine.Parts;
import dev.ooh.workloads.engine.PlainHeap;
import dev.ooh.workloads.engine.RecordDigest;
import dev.ooh.workloads.stdhash.StdHashEngine.Compression;
import java.util.HashMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StdHashEngineTest extends EngineContract {
  /** So few that the table doubles many times. */
  private static final int BUCKETS = 3;

  @Override
  protected Application engine(long requests) {
    return StdHashEngine.withOperations(requests, BUCKETS, Compression.ZLIB);
  }

  @Override
  protected Application engine() {
    return new StdHashEngine();
  }

  @Override
  protected Model model(long requests) {
    return new MapModel(new HashMap<>(), RecordDigest::inAnyOrder);
  }

  @ParameterizedTest
  @EnumSource
  void tableHoldsWhatAMapHoldsAfterEachRequest(Compression compression) {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    for (int run = 0; run < 5; run++) {
      PlainHeap heap = new PlainHeap(1 << 20);
      int buckets = 1 + random.nextInt(8);
      int keys = 1 + random.nextInt(300);
      MapModel model = new MapModel(new HashMap<>(), RecordDigest::inAnyOrder);
      try (ChainedTable table =
          ChainedTable.create(heap, Parts.whole(0, 300), buckets, compression)) {
        for (int i = 0; i < 300; i++) {
          long key = KeyText.of(random.nextInt(keys));
          long value = KeyText.of(random.nextInt(100_000_000) / (1 + random.nextInt(10_000)));
          boolean isNew = table.set(key, value);
          assertThat(isNew).as("seed %d", seed).isEqualTo(model.map().put(key, value) == null);
          assertThat(table.digest(0)).as("seed %d run %d", seed, run).isEqualTo(model.digest());
        }
      }
      try (ChainedTable again = new ChainedTable(heap, EngineState.of(heap, 0))) {
        assertThat(again.digest(0)).as("seed %d", seed).isEqualTo(model.digest());
      }
    }
  }

  @Test
  void everyCompressionComesToTheSame() {
    long[] results = new long[2];
    for (Compression compression : Compression.values()) {
      PlainHeap heap = new PlainHeap(8 << 20);
      StdHashEngine engine = StdHashEngine.withOperations(20_000, 100, compression);
      engine.start(heap, SMALL);
      while (engine.step(heap)) {}
      results[compression.ordinal()] = engine.result(heap);
    }
    assertThat(results[1]).isEqualTo(results[0]);
  }

  @Test
  void longerValueThanBeforeFindsRoom() {
    PlainHeap heap = new PlainHeap(1 << 20);
    long key = KeyText.of(1);
    MapModel model = new MapModel(new HashMap<>(), RecordDigest::inAnyOrder);
    try (ChainedTable table = ChainedTable.create(heap, Parts.whole(0, 10), 10, Compression.ZLIB)) {
      for (long number : new long[] {0, 12_345_678, 7, 98_765_432}) { // 11 bytes, and 16
        table.set(key, KeyText.of(number));
        model.set(key, KeyText.of(number));
        assertThat(table.digest(0)).isEqualTo(model.digest());
      }
    }
  }

  @Test
  void damagedValueIsNoticed() {
    PlainHeap heap = new PlainHeap(1 << 20);
    try (ChainedTable table = ChainedTable.create(heap, Parts.whole(0, 10), 1, Compression.ZLIB)) {
      long before = heap.end();
      table.set(KeyText.of(1), KeyText.of(12_345_678));
      heap.memory().fill(heap.end() - 16, 8, (byte) 0x55);
      assertThat(before).isLessThan(heap.end() - 16);
      assertThatThrownBy(() -> table.digest(0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("value ");
    }
  }

  @Test
  void refusesATableWithoutBuckets() {
    assertThatThrownBy(() -> StdHashEngine.withOperations(10, 0, Compression.NONE))
        .hasMessage("buckets is 0, wanted 1 to 100000000");
  }
}
