package dev.ooh.workloads.tiny;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.workloads.Application;
import dev.ooh.workloads.HeapExhaustedException;
import dev.ooh.workloads.engine.EngineContract;
import dev.ooh.workloads.engine.EngineState;
import dev.ooh.workloads.engine.KeyText;
import dev.ooh.workloads.engine.MapModel;
import dev.ooh.workloads.engine.Parts;
import dev.ooh.workloads.engine.PlainHeap;
import dev.ooh.workloads.engine.RecordDigest;
import java.util.HashMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TinyEngineTest extends EngineContract {
  private static final int APPENDED = 1;

  @Override
  protected Application engine(long requests) {
    return TinyEngine.withOperations(requests, 2 * requests);
  }

  @Override
  protected Application engine() {
    return new TinyEngine();
  }

  @Override
  protected Model model(long requests) {
    return new MapModel(new HashMap<>(), RecordDigest::inAnyOrder);
  }

  @Test
  void tableHoldsWhatAMapHoldsHoweverOftenItIsRebuilt() {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    for (int run = 0; run < 10; run++) {
      PlainHeap heap = new PlainHeap(8 << 20);
      int buckets = 1 + random.nextInt(100);
      int keys = 1 + random.nextInt(300);
      LogTable table = LogTable.create(heap, Parts.whole(0, 1000), buckets);
      MapModel model = new MapModel(new HashMap<>(), RecordDigest::inAnyOrder);
      for (int i = 0; i < 500; i++) {
        long key = KeyText.of(random.nextInt(keys));
        long value = KeyText.of(random.nextInt(1000));
        boolean isNew = table.set(key, value);
        assertThat(isNew).as("seed %d", seed).isEqualTo(model.map().put(key, value) == null);
        if (random.nextInt(50) == 0) {
          rebuild(table);
          assertThat(EngineState.of(heap, 0).word(APPENDED)).isEqualTo(model.map().size());
        }
        assertThat(table.digest(0)).as("seed %d run %d", seed, run).isEqualTo(model.digest());
      }
    }
  }

  private static void rebuild(LogTable table) {
    table.beginRebuild();
    while (table.isBeingRebuilt()) {
      table.rebuildSome();
    }
  }

  /** Else the contract's tests would not see one. */
  @Test
  void runIsRebuiltOnTheWayAndTheLogStaysShort() {
    PlainHeap heap = new PlainHeap(8 << 20);
    TinyEngine engine = TinyEngine.withOperations(50_000, 100_000);
    engine.start(heap, SMALL);
    int rebuilds = 0;
    boolean before = false;
    while (engine.step(heap)) {
      EngineState state = EngineState.of(heap, 0);
      boolean now = new LogTable(heap, state).isBeingRebuilt();
      rebuilds += now && !before ? 1 : 0;
      before = now;
      assertThat(state.word(APPENDED)).isLessThan(state.records() * 5 / 4 + 2 * 4096);
    }
    assertThat(rebuilds).isBetween(2, 8);
  }

  /** A rebuild takes several steps on a larger table. */
  @Test
  void rebuildInManyStepsKeepsAllRecords() {
    assertThat(stepsOfALargeRebuild(new PlainHeap(16 << 20))).isEqualTo(3 + 7);
  }

  @Test
  void rebuildInShortStepsWhileAStopIsAwaitedKeepsAllRecords() {
    assertThat(stepsOfALargeRebuild(new PlainHeap(16 << 20).withStopAwaited()))
        .isEqualTo(147 + 1 + 782);
  }

  private static int stepsOfALargeRebuild(PlainHeap heap) {
    LogTable table = LogTable.create(heap, Parts.whole(0, 50_000), 1_200_000);
    MapModel model = new MapModel(new HashMap<>(), RecordDigest::inAnyOrder);
    for (int i = 0; i < 50_000; i++) {
      table.set(KeyText.of(i % 30_000), KeyText.of(i));
      model.set(KeyText.of(i % 30_000), KeyText.of(i));
    }
    table.beginRebuild();
    int steps = 0;
    while (table.isBeingRebuilt()) {
      new LogTable(heap, EngineState.of(heap, 0)).rebuildSome();
      steps++;
    }
    assertThat(table.digest(0)).isEqualTo(model.digest());
    return steps;
  }

  @Test
  void placesOfMoreThan31BitsAreFoundAndThoseOfMoreThan32Refused() {
    for (long first : new long[] {(1L << 31) - 5, LogTable.MOST_RECORDS - 20}) {
      PlainHeap heap = new PlainHeap(32 << 20);
      LogTable table = LogTable.create(heap, Parts.whole(0, 1), 3, LogTable.MOST_RECORDS);
      EngineState.of(heap, 0).setWord(APPENDED, first);
      MapModel model = new MapModel(new HashMap<>(), RecordDigest::inAnyOrder);
      for (int i = 0; i < 20; i++) {
        table.set(KeyText.of(i % 12), KeyText.of(i));
        model.set(KeyText.of(i % 12), KeyText.of(i));
        assertThat(table.digest(0)).as("record %d", first + i).isEqualTo(model.digest());
      }
      if (first + 20 == LogTable.MOST_RECORDS) {
        assertThatThrownBy(() -> table.set(KeyText.of(1), KeyText.of(1)))
            .isInstanceOf(HeapExhaustedException.class)
            .hasMessage("log has 4294967295 records, limit is 4294967295");
      }
    }
  }

  @Test
  void refusesATableWithoutBuckets() {
    assertThatThrownBy(() -> TinyEngine.withOperations(10, 0))
        .hasMessage("buckets is 0, wanted 1 to 100000000");
  }
}
