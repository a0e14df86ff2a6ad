package dev.ooh.workloads.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.workloads.Application;
import dev.ooh.workloads.Applications;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What holds for each of the engines under the load that the paper runs them under. */
public abstract class EngineContract {
  private static final long REQUESTS = 30_000;
  private static final int HEAP = 16 << 20;

  /** For tests of one engine. */
  protected static final Parameters SMALL =
      new Parameters(Configuration.SMALL, Optional.empty(), 1);

  private final long seed = Long.getLong("ooh.first-seed", System.nanoTime());

  /** The engine with so many requests, and small enough that all it ever does happens in them. */
  protected abstract Application engine(long requests);

  /** As the paper has it. */
  protected abstract Application engine();

  /** A collection of the JDK that does what the engine does. */
  protected abstract Model model(long requests);

  /** As {@link #model(long)}, of a run of so many threads. */
  protected Model model(long requests, int threads) {
    return model(requests);
  }

  /** What the engine is held to. */
  protected interface Model {
    void set(long key, long value);

    /** By {@link RecordDigest}. */
    long digest();
  }

  private static Parameters parameters(long seed) {
    return new Parameters(Configuration.SMALL, Optional.empty(), seed);
  }

  private PlainHeap started(long requests, long seed) {
    PlainHeap heap = new PlainHeap(HEAP);
    engine(requests).start(heap, parameters(seed));
    return heap;
  }

  /** Finishes by an engine that knows no more than what is in the heap. */
  private PlainHeap finish(PlainHeap heap) {
    Application engine = engine();
    while (engine.step(heap)) {}
    return heap;
  }

  private long result(long requests, long seed) {
    return engine().result(finish(started(requests, seed)));
  }

  /** A number's digits as the engines compare them, without their help. */
  private static long text(long number) {
    long text = 0;
    String digits = Long.toString(100_000_000 + number); // and a 1 before them
    for (int i = 1; i < digits.length(); i++) {
      text = text << Byte.SIZE | digits.charAt(i);
    }
    return text;
  }

  @Test
  void isFoundByName() {
    Application engine = engine();
    assertThat(Applications.find(engine.name()))
        .get()
        .isInstanceOf(engine.getClass())
        .returns(false, Application::readsInput);
    assertThat(engine.name()).isEqualTo(engine(1).name());
  }

  /** The JDK's own SplitMix64 draws the keys, so that the load is checked as well. */
  @Test
  void holdsWhatACollectionOfTheJdkHolds() {
    for (long requests : new long[] {1, 2, 63, 4096, 4097, REQUESTS}) {
      Model model = model(requests);
      load(model, requests);
      assertThat(result(requests, seed))
          .as("seed %d, %d requests", seed, requests)
          .isEqualTo(model.digest());
      assertThat(engine(requests).independentResult(parameters(seed)))
          .as("seed %d, %d requests", seed, requests)
          .isEqualTo(OptionalLong.of(model.digest()));
    }
  }

  /** A checkpoint waits for the end of a step, in which much may be stored for the first time. */
  @Test
  void aStepIsShortWhileAStopIsAwaited() {
    PlainHeap heap = started(REQUESTS, seed).withStopAwaited();
    int steps = 0;
    while (engine().step(heap)) {
      steps++;
    }
    assertThat(steps).isGreaterThanOrEqualTo((int) REQUESTS / 64);
    assertThat(engine().result(heap)).as("seed %d", seed).isEqualTo(result(REQUESTS, seed));
  }

  private void load(Model model, long requests) {
    SplittableRandom random = new SplittableRandom(seed);
    for (long request = 0; request < requests; request++) {
      long key = Math.unsignedMultiplyHigh(random.nextLong(), requests);
      model.set(text(key), text(request));
    }
  }

  @Test
  void threadsComeToTheSameInWhateverOrderTheyTakeTheirSteps() {
    int threads = 3;
    Parameters parameters = new Parameters(Configuration.SMALL, Optional.empty(), seed, threads);
    PlainHeap heap = new PlainHeap(HEAP);
    engine(REQUESTS).start(heap, parameters);
    assertThat(engine().threads(heap)).isEqualTo(threads).isLessThan(engine().mostThreads());
    SplittableRandom random = new SplittableRandom(seed);
    List<Integer> going = new ArrayList<>(IntStream.range(0, threads).boxed().toList());
    double progress = 0;
    while (!going.isEmpty()) {
      Integer thread = going.get(random.nextInt(going.size()));
      heap = copy(heap, random);
      if (!engine().step(heap, thread)) {
        going.remove(thread);
        assertThat(engine().progress(heap, thread)).isEqualTo(1);
      }
      assertThat(engine().progress(heap)).as("seed %d", seed).isBetween(progress, 1.0);
      progress = engine().progress(heap);
    }
    assertThat(progress).isEqualTo(1);
    assertThat(engine().step(heap)).isFalse();
    Model model = model(REQUESTS, threads);
    load(model, REQUESTS);
    assertThat(engine().result(heap)).as("seed %d", seed).isEqualTo(model.digest());
    assertThat(engine(REQUESTS).independentResult(parameters))
        .as("seed %d", seed)
        .isEqualTo(OptionalLong.of(model.digest()));
    assertThat(heap.usedBytes()).isLessThan(engine(REQUESTS).allocatedBytes(parameters));
  }

  /** A collector has them so. */
  @Test
  void oneThreadTakesTheStepsOfMany() {
    Parameters parameters = new Parameters(Configuration.SMALL, Optional.empty(), seed, 5);
    PlainHeap heap = new PlainHeap(HEAP);
    engine(REQUESTS).start(heap, parameters);
    assertThat(OptionalLong.of(engine().result(finish(heap))))
        .as("seed %d", seed)
        .isEqualTo(engine(REQUESTS).independentResult(parameters));
  }

  @Test
  void anotherSeedGivesAnotherResult() {
    assertThat(result(10_000, 2)).isNotEqualTo(result(10_000, 1));
  }

  @Test
  void fitsTheHeapItAsksFor() {
    PlainHeap heap = finish(started(REQUESTS, seed));
    long asked = engine(REQUESTS).allocatedBytes(parameters(seed));
    assertThat(heap.usedBytes()).as("seed %d", seed).isLessThan(asked);
  }

  @Test
  void goesOnFromTheHeapAlone() {
    long wanted = result(REQUESTS, seed);
    PlainHeap heap = started(REQUESTS, seed);
    SplittableRandom random = new SplittableRandom(seed);
    double progress = 0;
    boolean more = true;
    while (more) {
      heap = copy(heap, random);
      more = engine().step(heap);
      assertThat(engine().progress(heap)).isBetween(progress, 1.0);
      progress = engine().progress(heap);
    }
    assertThat(progress).isEqualTo(1.0);
    assertThat(engine().result(heap)).as("seed %d", seed).isEqualTo(wanted);
    assertThat(engine().step(heap)).isFalse();
    assertThat(engine().result(heap)).as("seed %d", seed).isEqualTo(wanted);
  }

  /** Whose threads know no more than what is in it, and half the time are awaited at a poll. */
  private static PlainHeap copy(PlainHeap heap, SplittableRandom random) {
    return random.nextBoolean() ? heap.copy() : heap.copy().withStopAwaited();
  }

  @Test
  void pollsWhileItWorks() {
    assertThat(finish(started(10_000, seed)).polls()).isGreaterThan(100);
  }

  @Test
  void lostRecordIsNoticed() {
    PlainHeap heap = finish(started(10_000, seed));
    EngineState state = EngineState.of(heap, 0);
    state.setRecords(state.records() + 1);
    assertThatThrownBy(() -> engine().result(heap))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("wanted " + state.records());
  }

  @Test
  void refusesCountsThatKeysCannotHold() {
    assertThatThrownBy(() -> engine(0)).hasMessageContaining("wanted 1 to");
    assertThatThrownBy(() -> engine(100_000_001)).hasMessageContaining("100000001");
  }

  @Test
  void heapWithoutARunIsRefused() {
    assertThatThrownBy(() -> engine().step(new PlainHeap(4096)))
        .hasMessageContaining("wanted the state of a started run");
  }
}
