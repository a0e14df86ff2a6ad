package dev.ooh.workloads.baby;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.workloads.Application;
import dev.ooh.workloads.Applications;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BabyEngineTest {
  private static final long OPERATIONS = 200_000;
  private static final int HEAP = 64 << 20;

  private static Parameters parameters(long seed) {
    return new Parameters(Configuration.SMALL, Optional.empty(), seed);
  }

  private static PlainHeap finished(long operations, long seed) {
    BabyEngine engine = BabyEngine.withOperations(operations);
    PlainHeap heap = new PlainHeap(HEAP);
    engine.start(heap, parameters(seed));
    while (engine.step(heap)) {}
    return heap;
  }

  @Test
  void isFoundByName() {
    assertThat(Applications.find("baby")).map(Application::name).contains("baby");
    assertThat(Applications.find("papa")).isEmpty();
    assertThat(Applications.names()).contains("baby");
  }

  @Test
  void sameSeedGivesSameResultAndAnotherSeedAnother() {
    BabyEngine engine = BabyEngine.withOperations(OPERATIONS);
    long first = engine.result(finished(OPERATIONS, 1));
    assertThat(engine.result(finished(OPERATIONS, 1))).isEqualTo(first);
    assertThat(engine.result(finished(OPERATIONS, 2))).isNotEqualTo(first);
  }

  @Test
  void touchesTheShareOfKeysThatRandomRequestsDo() {
    EngineState state = EngineState.of(finished(OPERATIONS, 3));
    assertThat((double) state.records() / OPERATIONS).isBetween(0.625, 0.639);
    assertThat(state.levels()).isPositive();
  }

  @Test
  void fitsTheHeapItAsksFor() {
    PlainHeap heap = finished(OPERATIONS, 4);
    assertThat(heap.usedBytes())
        .isLessThan(BabyEngine.withOperations(OPERATIONS).heapBytes(parameters(4)));
  }

  @Test
  void goesOnFromTheHeapAlone() {
    BabyEngine engine = BabyEngine.withOperations(OPERATIONS);
    PlainHeap heap = new PlainHeap(HEAP);
    engine.start(heap, parameters(5));
    for (int i = 0; i < 20; i++) {
      engine.step(heap);
    }
    double progress = engine.progress(heap);
    PlainHeap other = heap.copy();
    assertThat(progress).isBetween(0.2, 0.8);
    BabyEngine another = new BabyEngine(); // the count of requests is in the heap, too
    while (another.step(other)) {}
    assertThat(another.progress(other)).isEqualTo(1.0);
    assertThat(another.result(other)).isEqualTo(engine.result(finished(OPERATIONS, 5)));
  }

  @Test
  void pollsWhileItWorks() {
    assertThat(finished(10_000, 6).polls()).isGreaterThan(100);
  }

  @Test
  void treeHoldsWhatAMapHolds() {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    PlainHeap heap = new PlainHeap(HEAP);
    EngineState state = EngineState.create(heap, 0, 1, 1);
    RecordTree.create(heap, state);
    RecordTree tree = new RecordTree(heap, state);
    TreeMap<Long, Long> model = new TreeMap<>();
    int pattern = random.nextInt(3); // random, ascending, descending
    for (int i = 0; i < 100_000; i++) {
      long number = pattern == 0 ? random.nextInt(80_000) : pattern == 1 ? i : 200_000 - i;
      long key = KeyText.of(number);
      long value = KeyText.of(random.nextInt(1000));
      boolean isNew = tree.set(key, value);
      assertThat(isNew).as("seed %d", seed).isEqualTo(model.put(key, value) == null);
    }
    state.setRecords(model.size());
    long expected = 0;
    for (var record : model.entrySet()) {
      expected =
          Long.rotateLeft(expected, 5) * 0x9E3779B97F4A7C15L
              + (record.getKey() ^ 31 * record.getValue());
    }
    assertThat(new RecordTree(heap, state).digest()).as("seed %d", seed).isEqualTo(expected);
  }

  @Test
  void lostRecordIsNoticed() {
    PlainHeap heap = finished(10_000, 7);
    EngineState state = EngineState.of(heap);
    state.setRecords(state.records() + 1);
    assertThatThrownBy(() -> new BabyEngine().result(heap))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("wanted " + state.records());
  }

  @Test
  void keysReadAsTextInMemory() {
    byte[] text = new byte[8];
    PlainHeap heap = new PlainHeap(4096);
    heap.memory().putLong(1024, KeyText.swap(KeyText.of(1234567)));
    heap.memory().read(1024, text, 0, 8);
    assertThat(new String(text, java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("01234567");
    assertThat(KeyText.of(99)).isLessThan(KeyText.of(100));
  }

  @Test
  void refusesCountsThatKeysCannotHold() {
    assertThatThrownBy(() -> BabyEngine.withOperations(0)).hasMessageContaining("wanted 1 to");
    assertThatThrownBy(() -> BabyEngine.withOperations(100_000_001))
        .hasMessageContaining("100000001");
  }
}
