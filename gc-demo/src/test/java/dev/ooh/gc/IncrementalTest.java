package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.ooh.gc.HeapOptions.FullCycles;
import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.gc.testing.ExactSource;
import dev.ooh.gc.testing.ModelMutator;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.testing.space.SeededExecution;
import dev.ooh.testing.space.TestSpace;
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

  private static List<CycleRecord> run(long seed, IntervalSource source, TestSpace space) {
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
      TestSpace space = SeededSpace.open();
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
      TestSpace space = SeededSpace.open();
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
      TestSpace space = SeededSpace.open();
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
    TestSpace space = SeededSpace.open();
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

  /** What an allocation does at most in a slice, in work units: 128 KiB of objects of 24 bytes. */
  private static final long SLICE = 4 * 2731 * 3 * 2;

  private static final int SLICE_BYTES = 128 << 10;

  private static long fullCycles(CollectedHeap heap) {
    return heap.cycles().stream().filter(cycle -> cycle.kind() == CycleKind.CONCURRENT).count();
  }

  /**
   * Allocates until the full cycle ends, and returns how many blocks: as often there is a slice.
   */
  private static int slices(CollectedHeap heap) {
    assertThat(heap.startFullCycle()).isTrue();
    int allocated = 0;
    long ended = fullCycles(heap);
    while (fullCycles(heap) == ended) {
      int cycles = heap.cycles().size();
      long before = heap.execution().nanoTime();
      heap.allocate(0, 128);
      long took = heap.execution().nanoTime() - before;
      if (heap.cycles().size() == cycles) {
        assertThat(took).isLessThan(SLICE);
      }
      allocated += 128;
    }
    return allocated / Blocks.BLOCK_BYTES;
  }

  /** A list at whose end is {@code last}: longer than what the first slice traces. */
  private static void setList(CollectedHeap heap, long last) {
    heap.setGlobal(0, last);
    for (int i = 0; i < 20_000; i++) {
      long node = heap.allocate(2, 8);
      heap.setReference(node, 0, heap.global(0));
      heap.setGlobal(0, node);
    }
  }

  private static CollectedHeap quietHeap() {
    TestSpace space = SeededSpace.open();
    HeapOptions how = HeapOptions.of(1 << 20, 64 << 20).withAllocationBytes(32 << 20);
    return heap(
        space,
        new ExactSource(space),
        how.withConservative(true).withFullCycles(FullCycles.INCREMENTAL));
  }

  @Test
  void aLargeArrayIsReadInSlices() {
    try (CollectedHeap heap = quietHeap()) {
      int references = 500_000;
      long array = heap.allocate(references, 0);
      setList(heap, array);
      long last = heap.allocate(0, 8);
      WeakHandle handle = heap.weakQueue().handle(last);
      heap.setReference(array, references - 1, last);
      assertThat(slices(heap)).isGreaterThan(references * 8 / SLICE_BYTES);
      assertThat(handle.get()).isEqualTo(last);
    }
  }

  @Test
  void aLargeConservativeObjectIsReadInSlices() {
    try (CollectedHeap heap = quietHeap()) {
      int bytes = 4_000_000;
      heap.setGlobal(1, heap.allocateConservative(bytes));
      heap.setGlobal(0, heap.allocate(2, 0));
      // Found in front of it, and no multiple of a word.
      long odd = heap.allocateConservative(29);
      long pair = heap.global(0);
      heap.setReference(pair, 0, odd);
      long words = heap.global(1);
      heap.setReference(pair, 1, words);
      heap.setGlobal(1, 0);
      setList(heap, pair);
      long last = heap.allocate(0, 8);
      WeakHandle handle = heap.weakQueue().handle(last);
      heap.memory().putLong(words + bytes - 8, last);
      assertThat(slices(heap)).isGreaterThan(bytes / SLICE_BYTES);
      assertThat(handle.get()).isEqualTo(last);
    }
  }

  /** Of many objects with many slots each few are traced at once. */
  @Test
  void aBatchOfArraysIsBounded() {
    try (CollectedHeap heap = quietHeap()) {
      // After so many objects a batch is a full one.
      heap.setGlobal(1, tree(heap, 17));
      assertThat(slices(heap)).isPositive();
      heap.setGlobal(1, 0);
      int arrays = 1000;
      long all = heap.allocate(arrays, 0);
      setList(heap, all);
      for (int i = 0; i < arrays; i++) {
        heap.setReference(all, i, heap.allocate(1000, 0));
      }
      assertThat(slices(heap)).isGreaterThan(arrays * 8000 / SLICE_BYTES);
    }
  }

  @Test
  void rootsAreVisitedInSlices() {
    try (CollectedHeap heap = quietHeap();
        Heap.Scope scope = heap.scope()) {
      int roots = 500_000;
      heap.setGlobal(0, heap.allocate(0, 8));
      heap.setGlobal(1, heap.allocate(0, 8));
      for (int i = 0; i < roots; i++) {
        scope.add(heap.global(i % 2));
      }
      assertThat(slices(heap)).isGreaterThan(roots * 8 / SLICE_BYTES);
    }
  }

  /** What a large object owes is paid when it is allocated: a cycle ends beside such ones alone. */
  @Test
  void cyclesEndBesideLargeObjects() {
    try (CollectedHeap heap = quietHeap()) {
      heap.setGlobal(0, tree(heap, 17));
      assertThat(heap.startFullCycle()).isTrue();
      for (int i = 0; i < 6; i++) {
        heap.allocate(0, 1 << 20);
      }
      assertThat(heap.cycles()).anyMatch(cycle -> cycle.kind() == CycleKind.CONCURRENT);
    }
  }

  @Test
  void thereIsNoOtherThread() {
    TestSpace space = SeededSpace.open();
    run(1, new ExactSource(space), space);
    assertThat(((SeededExecution) space.execution()).spawned()).isZero();
  }

  /** Garbage that was old is freed without a pause that traces all. */
  @Test
  void oldGarbageIsFreed() {
    TestSpace space = SeededSpace.open();
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
    TestSpace space = SeededSpace.open();
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
