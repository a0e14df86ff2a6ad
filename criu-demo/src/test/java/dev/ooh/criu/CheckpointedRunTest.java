package dev.ooh.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.criu.heap.ArenaHeap;
import dev.ooh.criu.toy.FaultyFiles;
import dev.ooh.criu.toy.ToySubstrate;
import dev.ooh.image.file.FileLayer;
import dev.ooh.image.reader.ImageSet;
import dev.ooh.image.store.ImageStore;
import dev.ooh.memory.Interval;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.HeapExhaustedException;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.Parameters.Configuration;
import dev.ooh.workloads.baby.BabyEngine;
import dev.ooh.workloads.cache.CacheEngine;
import dev.ooh.workloads.stdhash.StdHashEngine;
import dev.ooh.workloads.stdhash.StdHashEngine.Compression;
import dev.ooh.workloads.stdtree.StdTreeEngine;
import dev.ooh.workloads.tiny.TinyEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The key-value engines, dumped on the way and taken up again. */
@Timeout(300)
class CheckpointedRunTest {
  private static final CheckpointedRun.Listener NOBODY = new CheckpointedRun.Listener() {};

  private static final long OPERATIONS = 150_000;
  private static final Parameters PARAMETERS =
      new Parameters(Configuration.SMALL, Optional.empty(), 11);

  @TempDir private Path directory;
  private final Application engine = BabyEngine.withOperations(OPERATIONS);
  private final TestSpace space = ToySubstrate.space();

  private static final Parameters THREE_THREADS =
      new Parameters(Configuration.SMALL, Optional.empty(), 11, 3);

  private static List<Application> engines() {
    int operations = 40_000;
    return List.of(
        BabyEngine.withOperations(operations),
        CacheEngine.withOperations(operations, operations / 5),
        StdHashEngine.withOperations(operations, 100, Compression.ZLIB),
        StdTreeEngine.withOperations(operations),
        TinyEngine.withOperations(operations, operations));
  }

  private ArenaHeap started(long bytes) {
    return started(engine, PARAMETERS, bytes);
  }

  private ArenaHeap started(Application engine, Parameters parameters, long bytes) {
    Region region = space.map(RegionRequest.anonymous("heap", bytes));
    ArenaHeap heap = ArenaHeap.create(space, region, parameters.threads());
    engine.start(heap, parameters);
    return heap;
  }

  private static long uninterrupted(Application engine) {
    TestSpace space = ToySubstrate.space();
    ArenaHeap heap = ArenaHeap.create(space, space.map(RegionRequest.anonymous("heap", 32 << 20)));
    engine.start(heap, PARAMETERS);
    while (engine.step(heap)) {}
    return engine.result(heap);
  }

  private CheckpointedRun.Outcome run(CheckpointPlan plan) throws Exception {
    return run(engine, PARAMETERS, plan);
  }

  private CheckpointedRun.Outcome run(
      Application engine, Parameters parameters, CheckpointPlan plan) throws Exception {
    return run(engine, parameters, plan, new FaultyFiles(), (pages, interval) -> {}, NOBODY);
  }

  @FunctionalInterface
  private interface Asked extends Checkpointer.Observer {
    @Override
    void asked(PageSet scan, Interval interval);
  }

  private CheckpointedRun.Outcome run(
      Application engine,
      Parameters parameters,
      CheckpointPlan plan,
      FaultyFiles files,
      Asked asked,
      CheckpointedRun.Listener listener)
      throws Exception {
    ArenaHeap heap = started(engine, parameters, 32 << 20);
    try (ImageStore store = ImageStore.open(directory, files);
        TrackedCheckpointer checkpointer =
            new TrackedCheckpointer(
                space,
                new Subject(engine.name(), "small", 1, heap),
                store,
                new Checkpointer.Options(true, true, 0, asked))) {
      return new CheckpointedRun(space, engine, heap, plan, done -> {}).run(checkpointer, listener);
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void restoredInTheMiddleItEndsAsTheUninterruptedRunDoes(Application engine) throws Exception {
    long wanted = engine.independentResult(PARAMETERS).orElseThrow();
    CheckpointedRun.Outcome outcome = run(engine, PARAMETERS, new CheckpointPlan(3, 0.5));
    assertThat(outcome.result()).isEqualTo(wanted);
    assertThat(outcome.preDumps()).hasSize(3);
    TestSpace other = ToySubstrate.space();
    RestoredProgram program = RestoredProgram.restore(ImageSet.open(directory), other);
    assertThat(engine.progress(program.heap())).isBetween(0.5, 0.99);
    while (engine.step(program.heap())) {}
    assertThat(engine.result(program.heap())).isEqualTo(wanted);
  }

  @ParameterizedTest
  @MethodSource("engines")
  void restoredElsewhereEachOfItsThreadsGoesOnFromItsPlace(Application engine) throws Exception {
    long wanted = engine.independentResult(THREE_THREADS).orElseThrow();
    assertThat(run(engine, THREE_THREADS, new CheckpointPlan(2, 0.5)).result()).isEqualTo(wanted);
    ImageSet set = ImageSet.open(directory);
    Region taken =
        new Region(
            "taken",
            set.description().heapAddress(),
            set.description().regions().getFirst().bytes());
    TestSpace other = ToySubstrate.space();
    other.map(RegionRequest.anonymous(taken.name(), taken.bytes()).at(taken.start()));
    other.memory().fill(taken.start(), taken.bytes(), (byte) 0x55);
    other.memory().takeWritten(taken.pages());
    ArenaHeap heap = RestoredProgram.restore(set, other).heap();
    assertThat(heap.start()).isNotEqualTo(taken.start());
    for (int thread = 0; thread < THREE_THREADS.threads(); thread++) {
      assertThat(engine.progress(heap, thread)).isBetween(0.5, 0.99);
    }
    new CheckpointedRun(other, engine, heap, new CheckpointPlan(0, 1), done -> {}).runAlone();
    assertThat(engine.result(heap)).isEqualTo(wanted);
    assertThat(other.memory().takeWritten(taken.pages()).isEmpty()).isTrue();
  }

  @Test
  void whenOneThreadFailsNoneGoesOnAndItSaysWhy() throws Exception {
    failsAsItsHeapIsFull(started(engine, THREE_THREADS, 4 << 20), new CheckpointPlan(1, 1));
  }

  @Test
  void aloneItRunsToItsEndWithoutAnybodyWhoAsks() throws Exception {
    ArenaHeap heap = started(32 << 20);
    double millis =
        new CheckpointedRun(space, engine, heap, new CheckpointPlan(3, 0.5), done -> {}).runAlone();
    assertThat(millis).isNotNegative();
    assertThat(engine.result(heap)).isEqualTo(uninterrupted(engine));
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void pagesThatDidNotChangeAreLeftToTheParents() throws Exception {
    // So many that few pages change from one to the next, and not only those of zeros stay.
    assertThat(run(new CheckpointPlan(50, 0.5)).dump().pagesSkippedParent()).isPositive();
  }

  @Test
  void sameProgramGivesTheSameSets() throws Exception {
    CheckpointedRun.Outcome first = run(new CheckpointPlan(2, 0.7));
    space.regions().forEach(space::unmap);
    CheckpointedRun.Outcome second = run(new CheckpointPlan(2, 0.7));
    assertThat(second.dump().pagesWritten()).isEqualTo(first.dump().pagesWritten());
    for (int i = 0; i < 2; i++) {
      assertThat(second.preDumps().get(i).pagesScanned())
          .isEqualTo(first.preDumps().get(i).pagesScanned());
    }
  }

  @Test
  void dumpedAtItsEndItIsAtItsEnd() throws Exception {
    CheckpointedRun.Outcome outcome = run(new CheckpointPlan(0, 1));
    RestoredProgram program =
        RestoredProgram.restore(ImageSet.open(directory), ToySubstrate.space());
    assertThat(engine.progress(program.heap())).isEqualTo(1);
    assertThat(engine.result(program.heap())).isEqualTo(outcome.result());
    assertThat(outcome.dump().pagesSkippedParent()).isZero();
  }

  /** How many steps were taken when pages were asked for, each time. */
  private List<Integer> stepsWhenAsked(CheckpointPlan plan) throws Exception {
    FaultyFiles counted = new FaultyFiles();
    List<Integer> steps = new ArrayList<>();
    CheckpointedRun.Outcome outcome =
        run(
            engine,
            PARAMETERS,
            plan,
            counted,
            (pages, interval) -> steps.add(counted.steps()),
            NOBODY);
    assertThat(outcome.preDumps()).hasSize(plan.preDumps());
    for (Path left : FileLayer.entries(directory)) {
      counted.deleteTree(left);
    }
    return steps;
  }

  private CheckpointedRun.Outcome failing(
      CheckpointPlan plan, int step, CheckpointedRun.Listener listener) throws Exception {
    return run(
        engine, PARAMETERS, plan, new FaultyFiles(step, false), (pages, interval) -> {}, listener);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void ifTheFirstSetFailsTheProgramEndsAndSaysWhy(int preDumps) throws Exception {
    CheckpointPlan plan = new CheckpointPlan(preDumps, 1);
    int first = stepsWhenAsked(plan).getFirst();
    assertThatThrownBy(() -> failing(plan, first, NOBODY))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("No space left");
  }

  /** It fails before its pages were asked for, and while it is written. */
  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 15})
  void aLaterPreDumpThatFailsCostsNothingElse(int steps) throws Exception {
    CheckpointPlan plan = new CheckpointPlan(3, 0.5);
    int second = stepsWhenAsked(plan).get(1);
    List<String> failures = new ArrayList<>();
    CheckpointedRun.Outcome outcome =
        failing(
            plan,
            second + steps,
            new CheckpointedRun.Listener() {
              @Override
              public void preDumpFailed(int number, IOException cause) {
                failures.add(number + ": " + cause.getMessage());
              }
            });
    assertThat(failures).singleElement().asString().contains("2: ", "No space left");
    assertThat(outcome.preDumps()).hasSize(2);
    assertThat(outcome.result()).isEqualTo(uninterrupted(engine));
    assertThat(FileLayer.entries(directory)).hasSize(3 + 2); // .lock and latest
    RestoredProgram program =
        RestoredProgram.restore(ImageSet.open(directory), ToySubstrate.space());
    while (engine.step(program.heap())) {}
    assertThat(engine.result(program.heap())).isEqualTo(outcome.result());
  }

  @Test
  void failingProgramEndsTheRunAndSaysWhy() throws Exception {
    failsAsItsHeapIsFull(started(2 << 20), new CheckpointPlan(0, 1));
    assertThat(directory.toFile().list()).containsOnly(".lock");
  }

  /** Fails in the middle of the first step that it takes when it may. */
  private record Failing(Application engine, AtomicBoolean may, CompletableFuture<Void> inAStep)
      implements Application {
    Failing(Application engine) {
      this(engine, new AtomicBoolean(), new CompletableFuture<>());
    }

    @Override
    public String name() {
      return "failing";
    }

    @Override
    public long heapBytes(Parameters parameters) {
      return engine.heapBytes(parameters);
    }

    @Override
    public void start(Heap heap, Parameters parameters) {
      engine.start(heap, parameters);
    }

    @Override
    public boolean step(Heap heap) {
      if (may.get()) {
        inAStep.complete(null);
        throw new IllegalStateException("half a step");
      }
      return engine.step(heap);
    }

    @Override
    public double progress(Heap heap) {
      return engine.progress(heap);
    }

    @Override
    public long result(Heap heap) {
      return engine.result(heap);
    }
  }

  @Test
  void programThatFailsWhileItIsCopiedIsNotDumped() throws Exception {
    Failing failing = new Failing(engine);
    ArenaHeap heap = started(failing, PARAMETERS, 32 << 20);
    try (ImageStore store = ImageStore.open(directory, new FaultyFiles());
        TrackedCheckpointer checkpointer =
            new TrackedCheckpointer(
                space,
                new Subject("failing", "small", 1, heap),
                store,
                new Checkpointer.Options(true, false, 32 << 20, new Checkpointer.Observer() {}))) {
      checkpointer.meanwhile = failing.inAStep()::join;
      CheckpointedRun run =
          new CheckpointedRun(space, failing, heap, new CheckpointPlan(0, 0.5), done -> {});
      assertThatThrownBy(
              () ->
                  run.run(
                      checkpointer,
                      new CheckpointedRun.Listener() {
                        @Override
                        public void standing() {
                          failing.may().set(true);
                        }
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("half a step");
    }
    assertThat(directory.toFile().list()).containsOnly(".lock");
  }

  private void failsAsItsHeapIsFull(ArenaHeap heap, CheckpointPlan plan) throws Exception {
    try (ImageStore store = ImageStore.open(directory, new FaultyFiles());
        TrackedCheckpointer checkpointer =
            new TrackedCheckpointer(
                space,
                new Subject("baby", "small", 1, heap),
                store,
                new Checkpointer.Options(true, false, 0, new Checkpointer.Observer() {}))) {
      CheckpointedRun run = new CheckpointedRun(space, engine, heap, plan, done -> {});
      assertThatThrownBy(() -> run.run(checkpointer, NOBODY))
          .isInstanceOf(HeapExhaustedException.class)
          .hasMessageContaining("heap heap: asked for");
    }
  }

  @Test
  void planSpreadsDumpsEvenly() {
    CheckpointPlan plan = new CheckpointPlan(3, 0.8);
    assertThat(plan.due(0)).isEqualTo(0.2);
    assertThat(plan.due(3)).isEqualTo(0.8);
    assertThatThrownBy(() -> new CheckpointPlan(-1, 1)).hasMessageContaining("-1");
    assertThatThrownBy(() -> new CheckpointPlan(0, 1.5)).hasMessageContaining("1.5");
  }
}
