package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.ooh.gc.plan.ChangedPagesQuery;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.testing.ExactSource;
import dev.ooh.gc.testing.ModelMutator;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.IntervalSource;
import dev.ooh.testing.space.TestSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random programs under every kind of source: nothing reachable is ever freed or damaged. */
class RandomMutatorTest {
  /** More: {@code -DargLine=-Dooh.seeds=1000}. */
  private static final int SEEDS = Integer.getInteger("ooh.seeds", 8);

  private static final int ACTIONS = 4000;

  /** Cycles come often. */
  private static final HeapOptions OPTIONS =
      HeapOptions.of(1 << 20, 64 << 20).withAllocationBytes(30_000).withVerify(true);

  private static List<CycleRecord> run(long seed, Function<TestSpace, IntervalSource> source) {
    TestSpace space = SeededSpace.open();
    try (CollectedHeap heap =
        new CollectedHeap(space, OPTIONS, source.apply(space), (watched, interval) -> {})) {
      ModelMutator mutator = new ModelMutator(heap, seed, 0);
      for (int i = 0; i < ACTIONS; i++) {
        mutator.act();
      }
      mutator.checkAll();
      heap.collect(false);
      mutator.checkAll();
      heap.collect(true);
      mutator.checkAll();
      return heap.cycles();
    }
  }

  private static List<CycleRecord> runAll(Function<TestSpace, IntervalSource> source) {
    List<CycleRecord> cycles = new ArrayList<>();
    for (long seed = 1; seed <= SEEDS; seed++) {
      try {
        cycles.addAll(run(seed, source));
      } catch (RuntimeException | AssertionError e) {
        fail("seed " + seed, e);
      }
    }
    return cycles;
  }

  @Test
  void unwovenIsRight() {
    assertThat(runAll(space -> new ChangedPagesQuery()))
        .hasSizeGreaterThan(10 * SEEDS)
        .allMatch(cycle -> cycle.pagesChanged() == cycle.pagesWatched());
  }

  @Test
  void exactPagesAreEnough() {
    List<CycleRecord> cycles = runAll(ExactSource::new);
    assertThat(cycles).filteredOn(cycle -> !cycle.full()).hasSizeGreaterThan(5 * SEEDS);
    assertThat(cycles)
        .filteredOn(cycle -> !cycle.full())
        .anyMatch(cycle -> cycle.pagesChanged() < cycle.pagesWatched() / 2);
  }

  @Test
  void aSourceThatLosesPagesIsCaught() {
    int caught = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      try {
        run(seed, space -> new ExactSource(space).losing(2));
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("not marked");
        caught++;
      }
    }
    assertThat(caught).isGreaterThan(SEEDS / 2);
  }

  @Test
  @Tag("soak")
  void severalThreads() throws Exception {
    for (long seed = 1; seed <= 5; seed++) {
      TestSpace space = SeededSpace.open();
      try (CollectedHeap heap =
          new CollectedHeap(space, OPTIONS, new ExactSource(space), (watched, interval) -> {})) {
        List<TrackedThread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          ModelMutator mutator = new ModelMutator(heap, seed * 10 + i, 10 * i);
          threads.add(
              space
                  .execution()
                  .spawn(
                      "mutator " + i,
                      () -> {
                        for (int k = 0; k < ACTIONS; k++) {
                          mutator.act();
                          space.execution().poll();
                        }
                        mutator.checkAll();
                      }));
        }
        for (TrackedThread thread : threads) {
          try {
            thread.join();
          } catch (IllegalStateException e) {
            fail("seed " + seed, e);
          }
        }
        assertThat(heap.cycles()).hasSizeGreaterThan(20);
      }
    }
  }

  @Test
  void aFailedCycleChangesNothing() {
    for (long seed = 1; seed <= 10; seed++) {
      TestSpace space = SeededSpace.open();
      boolean[] failing = {false};
      CycleObserver observer =
          (watched, interval) -> {
            if (failing[0]) {
              throw new UnsupportedOperationException("made to fail");
            }
          };
      try (CollectedHeap heap =
          new CollectedHeap(space, OPTIONS, new ExactSource(space), observer)) {
        ModelMutator mutator = new ModelMutator(heap, seed, 0);
        for (int i = 0; i < ACTIONS; i++) {
          mutator.act();
          if (i % 100 == 99) {
            failing[0] = true;
            boolean full = i % 200 == 99;
            assertThatThrownBy(() -> heap.collect(full)).hasMessage("made to fail");
            failing[0] = false;
          }
        }
        mutator.checkAll();
      } catch (RuntimeException | AssertionError e) {
        fail("seed " + seed, e);
      }
    }
  }
}
