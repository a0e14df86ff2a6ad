package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.gc.statistics.Phase;
import dev.ooh.gc.testing.AnyCycle;
import dev.ooh.gc.testing.CyclePhases;
import dev.ooh.gc.testing.ExactSource;
import dev.ooh.gc.testing.ModelMutator;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.testing.space.TestSpace;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whoever tells which pages changed fails, wherever a cycle of any kind asks or commits: the cycle
 * is given up, the heap is what it was, and the next cycle is right.
 */
class FailureInEveryPhaseTest {
  private static final Set<Phase> OF_TECHNIQUE =
      EnumSet.of(Phase.FETCH, Phase.MARK, Phase.FINAL_MARK, Phase.COMMIT);

  private static final HeapOptions OPTIONS =
      HeapOptions.of(1 << 20, 64 << 20).withAllocationBytes(Long.MAX_VALUE).withVerify(true);

  private final TestSpace space = SeededSpace.open();
  private final List<Phase> entered = new ArrayList<>();
  private int failAt = Integer.MAX_VALUE;
  private boolean failed;

  private final CyclePhases phases =
      new CyclePhases(
          space,
          new ExactSource(space),
          phase -> {
            entered.add(phase);
            if (entered.size() - 1 == failAt) {
              failed = true;
              throw new UnsupportedOperationException("no technique");
            }
          });

  @ParameterizedTest
  @EnumSource
  void theNextCycleIsRight(AnyCycle kind) {
    try (CollectedHeap heap = phases.heap(OPTIONS.withFullCycles(kind.where()))) {
      ModelMutator mutator = new ModelMutator(heap, 1, 0);
      change(mutator);
      run(heap, kind);
      assertThat(EnumSet.copyOf(entered)).isEqualTo(kind.phases());
      List<Phase> all = List.copyOf(entered);
      for (int place = 0; place < all.size(); place++) {
        if (OF_TECHNIQUE.contains(all.get(place))) {
          fail(heap, kind, place);
          change(mutator);
          assertThat(heap.collect(place % 2 == 0)).isTrue();
          mutator.checkAll();
          change(mutator);
          assertThat(run(heap, kind)).as("the next %s cycle has ended", kind).isTrue();
          mutator.checkAll();
        }
      }
    }
  }

  private void fail(CollectedHeap heap, AnyCycle kind, int place) {
    failAt = place;
    if (kind == AnyCycle.CONCURRENT) {
      // In a thread of the collector's own: it logs, and the next cycle is a full one.
      assertThat(run(heap, kind)).isFalse();
    } else {
      assertThatThrownBy(() -> run(heap, kind)).hasMessage("no technique");
    }
    assertThat(failed).as("%s of %s", place, entered).isTrue();
    failAt = Integer.MAX_VALUE;
    failed = false;
    phases.forget();
  }

  private boolean run(CollectedHeap heap, AnyCycle kind) {
    entered.clear();
    boolean done = kind.run(heap, phases);
    phases.forget();
    return done;
  }

  private static void change(ModelMutator mutator) {
    for (int i = 0; i < 500; i++) {
      mutator.act();
    }
  }
}
