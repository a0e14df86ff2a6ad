package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.gc.statistics.CycleKind;
import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.Pause;
import dev.ooh.gc.testing.ExactSource;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.collection.CollectionCycle;
import dev.ooh.memory.collection.CollectionObserver;
import dev.ooh.testing.space.TestSpace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CycleReporterTest {
  private final TestSpace space = SeededSpace.open();
  private final List<CollectionCycle> told = new ArrayList<>();
  private final List<String> stalls = new ArrayList<>();

  private final CollectionObserver observer =
      new CollectionObserver() {
        @Override
        public void collected(AddressSpace where, CollectionCycle cycle) {
          assertThat(where).isSameAs(space);
          told.add(cycle);
        }

        @Override
        public void stalled(AddressSpace where, String technique, long nanos) {
          stalls.add(technique + " " + nanos);
        }
      };

  private static boolean isYoung(CollectionCycle cycle) {
    return cycle.kind().equals("young");
  }

  @Test
  void anObserverThatThrowsKeepsNothingFromTheOthers() {
    CollectionObserver broken =
        new CollectionObserver() {
          @Override
          public void collected(AddressSpace where, CollectionCycle cycle) {
            throw new UnsupportedOperationException("broken");
          }

          @Override
          public void stalled(AddressSpace where, String technique, long nanos) {
            throw new UnsupportedOperationException("broken");
          }
        };
    CycleReporter reporter = new CycleReporter(space, List.of(broken, observer));
    reporter.stalled(new Pause(0, 5));
    CollectedHeap heap =
        new CollectedHeap(
            space,
            HeapOptions.of(1 << 20, 1 << 20),
            new ExactSource(space),
            (watched, interval) -> {});
    heap.addListener(reporter);
    assertThat(heap.collect(true)).isTrue();
    assertThat(told).hasSize(1);
    assertThat(stalls).containsExactly(" 5");
  }

  @Test
  void observersLearnOfEachCycleAndItsPhasesBesideTheProgram() {
    CycleReporter reporter = new CycleReporter(space, List.of(observer));
    reporter.stalled(new Pause(0, 5));
    HeapOptions options = HeapOptions.of(1 << 20, 32 << 20).withAllocationBytes(1 << 20);
    CollectedHeap heap =
        new CollectedHeap(space, options, new ExactSource(space), (watched, interval) -> {});
    heap.addListener(reporter);
    for (int i = 0; i < 500_000; i++) {
      long node = heap.allocate(1, 8);
      heap.setReference(node, 0, heap.global(0));
      heap.setGlobal(0, node);
    }
    // Garbage, until the full cycle that is due has come to its end beside it.
    for (int i = 0; i < 10_000_000 && told.stream().allMatch(CycleReporterTest::isYoung); i++) {
      heap.allocate(1, 8);
    }
    reporter.stalled(new Pause(0, 7));
    List<CycleRecord> cycles = heap.cycles();
    assertThat(told).hasSameSizeAs(cycles);
    for (int i = 0; i < cycles.size(); i++) {
      CycleRecord cycle = cycles.get(i);
      CollectionCycle seen = told.get(i);
      assertThat(seen.kind()).isEqualTo(cycle.kind().label());
      assertThat(seen.cause()).isEqualTo(cycle.cause().label());
      assertThat(seen.pauseNanos()).isEqualTo(cycle.pauseNanos());
      assertThat(seen.liveBytes()).isEqualTo(cycle.liveBytes());
      assertThat(seen.concurrentNanos().values().stream().mapToLong(Long::longValue).sum())
          .isEqualTo(cycle.concurrentNanos());
      if (cycle.kind() == CycleKind.CONCURRENT) {
        assertThat(seen.concurrentNanos())
            .containsOnlyKeys("Concurrent Mark", "Concurrent Preclean");
      }
    }
    assertThat(told).extracting(CollectionCycle::kind).contains("young", "concurrent");
    assertThat(stalls).containsExactly(" 5", told.getLast().technique() + " 7");
  }
}
