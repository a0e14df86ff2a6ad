package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.ooh.gc.HeapOptions.FullCycles;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.gc.testing.ArraySpace;
import dev.ooh.gc.testing.ExactSource;
import dev.ooh.gc.testing.ModelMutator;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.core.TrackingCore;
import dev.ooh.workloads.Heap;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Full cycles in slices, by the threads that allocate. */
class IncrementalTest {
  private static final int SEEDS = Integer.getInteger("ooh.seeds", 4);
  private static final int ACTIONS = 3000;

  /** More work than handing out a block and counting some blocks' marks. */
  private static final int UNITS_A_BLOCK = 2000;

  /** Cycles come often. */
  private static final HeapOptions OPTIONS =
      HeapOptions.of(1 << 20, 64 << 20)
          .withAllocationBytes(30_000)
          .withVerify(true)
          .withFullCycles(FullCycles.INCREMENTAL);

  private static CollectedHeap heap(AddressSpace space, IntervalSource source, HeapOptions how) {
    return new CollectedHeap(space, how, source, (watched, interval) -> {});
  }

  private static List<CycleRecord> run(long seed, IntervalSource source, ArraySpace space) {
    try (CollectedHeap heap = heap(space, source, OPTIONS)) {
      ModelMutator mutator = new ModelMutator(heap, seed, 0);
      for (int i = 0; i < ACTIONS; i++) {
        mutator.act();
      }
      mutator.checkAll();
      heap.collect(true);
      mutator.checkAll();
      return heap.cycles();
    }
  }

  @Test
  void randomProgramsLoseNothing() {
    List<CycleRecord> cycles = new ArrayList<>();
    for (long seed = 1; seed <= SEEDS; seed++) {
      ArraySpace space = new ArraySpace();
      try {
        cycles.addAll(run(seed, new ExactSource(space), space));
      } catch (RuntimeException | AssertionError e) {
        fail("seed " + seed, e);
      }
    }
    assertThat(cycles)
        .filteredOn(cycle -> cycle.kind() == CycleKind.CONCURRENT)
        .hasSizeGreaterThan(SEEDS)
        .allSatisfy(
            cycle ->
                assertThat(cycle.phases())
                    .filteredOn(time -> time.phase() == Phase.CONCURRENT_MARK)
                    .hasSize(1));
  }

  @Test
  void aSourceThatLosesPagesIsCaughtAndTold() {
    int caught = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      ArraySpace space = new ArraySpace();
      try {
        run(seed, new ExactSource(space).losing(2), space);
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("not marked");
        caught++;
      }
    }
    assertThat(caught).isGreaterThan(SEEDS / 2);
  }

  @Test
  void severalThreadsTakeSlices() throws Exception {
    for (long seed = 1; seed <= 2; seed++) {
      ArraySpace space = new ArraySpace();
      try (CollectedHeap heap = heap(space, new ExactSource(space), OPTIONS)) {
        List<TrackedThread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          ModelMutator mutator = new ModelMutator(heap, seed * 10 + i, 10 * i);
          Runnable body =
              () -> {
                for (int k = 0; k < ACTIONS; k++) {
                  mutator.act();
                  space.execution().poll();
                }
                mutator.checkAll();
              };
          threads.add(space.execution().spawn("mutator " + i, body));
        }
        for (TrackedThread thread : threads) {
          thread.join();
        }
        assertThat(heap.cycles()).anyMatch(cycle -> cycle.kind() == CycleKind.CONCURRENT);
      }
    }
  }

  /** A tree of objects of which each has two references and a stamp. */
  private static long tree(Heap heap, int depth) {
    try (Heap.Scope scope = heap.scope()) {
      long node = heap.allocate(2, 8);
      scope.add(node);
      for (int i = 0; i < 2 && depth > 0; i++) {
        heap.setReference(node, i, tree(heap, depth - 1));
      }
      return node;
    }
  }

  /** However much lives, an allocation without a pause does no more than a slice. */
  @Test
  void aSliceIsInProportionToWhatIsAllocated() {
    ArraySpace space = new ArraySpace();
    HeapOptions how = OPTIONS.withAllocationBytes(1 << 20).withVerify(false);
    try (CollectedHeap heap = heap(space, new ExactSource(space), how)) {
      List<Long> slices = new ArrayList<>();
      for (int i = 0; i < 250_000; i++) {
        int cycles = heap.cycles().size();
        long before = space.execution().nanoTime();
        long node = heap.allocate(2, 8);
        long took = space.execution().nanoTime() - before;
        heap.setReference(node, 0, heap.global(0));
        heap.setGlobal(0, node);
        if (heap.cycles().size() == cycles && took > UNITS_A_BLOCK) {
          slices.add(took);
        }
      }
      long concurrent =
          heap.cycles().stream().filter(cycle -> cycle.kind() == CycleKind.CONCURRENT).count();
      assertThat(concurrent).isPositive();
      // 64 KiB of objects of 24 bytes for a block of 16 KiB, two units each and one for its slots.
      assertThat(slices).hasSizeGreaterThan(20).allMatch(units -> units < 4 * 2731 * 3);
    }
  }

  @Test
  void thereIsNoOtherThread() {
    ArraySpace space = new ArraySpace();
    run(1, new ExactSource(space), space);
    assertThat(space.spawned()).isZero();
  }

  /** Garbage that was old is freed without a pause that traces all. */
  @Test
  void oldGarbageIsFreed() {
    ArraySpace space = new ArraySpace();
    HeapOptions how = OPTIONS.withAllocationBytes(100_000).withVerify(true);
    try (CollectedHeap heap = heap(space, new ExactSource(space), how)) {
      for (int i = 0; i < 60; i++) {
        heap.setGlobal(i % 4, tree(heap, 12));
      }
      assertThat(heap.cycles()).noneMatch(cycle -> cycle.kind() == CycleKind.FULL);
      assertThat(heap.peakBytes()).isLessThan(60 * 8192 * 24 / 2);
    }
  }

  @Test
  void aFailedCycleInASliceIsToldAndLeavesTheHeapUsable() {
    ArraySpace space = new ArraySpace();
    int[] left = {Integer.MAX_VALUE};
    CollectedHeap heap =
        new CollectedHeap(
            space,
            OPTIONS.withAllocationBytes(100_000),
            new ExactSource(space),
            (watched, interval) -> {
              if (left[0]-- == 0) {
                throw new UnsupportedOperationException("made to fail");
              }
            });
    ModelMutator mutator = new ModelMutator(heap, 7, 0);
    for (int failing = 0; failing < 12; failing++) {
      left[0] = failing % 4;
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100_000; i++) {
                  heap.allocate(1, 64);
                }
              })
          .hasMessage("made to fail");
      left[0] = Integer.MAX_VALUE;
      for (int i = 0; i < 500; i++) {
        mutator.act();
      }
      mutator.checkAll();
    }
  }

  /** On the simulated machine a run repeats, to the last event. */
  @Test
  void runsRepeat() throws Exception {
    List<CycleRecord> first = simulated();
    assertThat(first).anyMatch(cycle -> cycle.kind() == CycleKind.CONCURRENT);
    assertThat(simulated()).isEqualTo(first);
  }

  private static List<CycleRecord> simulated() throws Exception {
    try (TrackingCore core = TrackingCore.load();
        AddressSpace space =
            new VirtualSubstrate().open(SpaceOptions.named("gc").with("seed", "5"))) {
      core.use(space, "epml");
      return space
          .execution()
          .run(
              () -> {
                try (CollectedHeap heap = heap(space, core, OPTIONS)) {
                  ModelMutator mutator = new ModelMutator(heap, 5, 0);
                  for (int i = 0; i < ACTIONS; i++) {
                    mutator.act();
                  }
                  mutator.checkAll();
                  return heap.cycles();
                }
              });
    }
  }
}
