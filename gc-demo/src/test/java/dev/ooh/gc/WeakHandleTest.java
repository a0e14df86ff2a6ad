package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.gc.testing.ExactSource;
import dev.ooh.gc.testing.PassedOn;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.Interval;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.TrackingConsumer;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.workloads.Heap;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeakHandleTest {
  private static final int HANDLES = 5000;
  private static final HeapOptions OPTIONS =
      HeapOptions.of(1 << 20, 32 << 20).withAllocationBytes(1 << 20).withVerify(true);

  private final TestSpace space = SeededSpace.open();
  private final FailingCommits source = new FailingCommits(new ExactSource(space));
  private final boolean[] failing = {false};
  private final CollectedHeap heap =
      new CollectedHeap(
          space,
          OPTIONS,
          source,
          (watched, interval) -> {
            if (failing[0]) {
              throw new UnsupportedOperationException("made to fail");
            }
          });
  private final WeakQueue queue = heap.weakQueue();

  /** Of an object that nothing refers to. */
  private WeakHandle handleOfGarbage() {
    try (Heap.Scope scope = heap.scope()) {
      long object = heap.allocate(1, 8);
      scope.add(object);
      return queue.handle(object);
    }
  }

  @Test
  void aHandleFollowsItsObjectUntilThatIsUnreachable() {
    heap.setGlobal(0, heap.allocate(1, 8));
    WeakHandle handle = queue.handle(heap.global(0));
    heap.collect(false);
    heap.collect(true);
    assertThat(handle.get()).isEqualTo(heap.global(0));
    heap.setGlobal(0, 0);
    heap.collect(true);
    assertThat(handle.get()).isZero();
    assertThat(queue.poll()).isSameAs(handle);
    assertThat(queue.poll()).isNull();
  }

  @Test
  void aYoungCycleClearsHandlesOfYoungObjectsOnly() {
    heap.setGlobal(0, heap.allocate(1, 8));
    WeakHandle ofOld = queue.handle(heap.global(0));
    heap.collect(false);
    WeakHandle laterOfOld = queue.handle(heap.global(0));
    heap.setGlobal(0, 0);
    WeakHandle ofYoung = handleOfGarbage();
    heap.collect(false);
    assertThat(ofYoung.get()).isZero();
    assertThat(ofOld.get()).isNotZero().isEqualTo(laterOfOld.get());
    heap.collect(true);
    assertThat(ofOld.get()).isZero();
    assertThat(laterOfOld.get()).isZero();
  }

  @Test
  void allHandlesOfAllThatIsFreedAreClearedTogether() {
    heap.setGlobal(0, heap.allocate(1, 8));
    heap.setReference(heap.global(0), 0, heap.allocate(0, 8));
    List<WeakHandle> handles = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      handles.add(queue.handle(heap.global(0)));
      handles.add(queue.handle(heap.reference(heap.global(0), 0)));
      heap.collect(false);
    }
    heap.setGlobal(0, 0);
    heap.collect(true);
    assertThat(handles).allMatch(handle -> handle.get() == 0);
    List<WeakHandle> cleared = new ArrayList<>();
    for (WeakHandle next = queue.poll(); next != null; next = queue.poll()) {
      cleared.add(next);
    }
    assertThat(cleared).containsExactlyInAnyOrderElementsOf(handles);
  }

  @Test
  void whatAHandleReturnedMayBeMadeReachableAgain() {
    heap.setGlobal(0, heap.allocate(1, 8));
    long child = heap.allocate(0, 8);
    heap.setReference(heap.global(0), 0, child);
    WeakHandle handle = queue.handle(heap.global(0));
    heap.collect(false);
    heap.setGlobal(0, 0);
    heap.collect(false);
    heap.setGlobal(1, handle.get());
    heap.collect(true);
    assertThat(handle.get()).isNotZero().isEqualTo(heap.global(1));
    assertThat(heap.reference(heap.global(1), 0)).isEqualTo(child);
  }

  @Test
  void aClosedHandleComesToNoQueue() {
    WeakHandle handle = handleOfGarbage();
    handle.close();
    heap.collect(true);
    assertThat(handle.get()).isZero();
    assertThat(queue.poll()).isNull();
  }

  @Test
  void aFailedCycleClearsNothing() {
    WeakHandle handle = handleOfGarbage();
    failing[0] = true;
    assertThatThrownBy(() -> heap.collect(false)).hasMessage("made to fail");
    assertThatThrownBy(() -> heap.collect(true)).hasMessage("made to fail");
    assertThat(handle.get()).isNotZero();
    assertThat(queue.poll()).isNull();
    failing[0] = false;
    heap.collect(false);
    assertThat(handle.get()).isZero();
  }

  /** The table forgets them although no cycle comes, whether they have lived through one or not. */
  @Test
  void closedHandlesAreForgotten() {
    heap.setGlobal(0, heap.allocate(1, 8));
    List<WeakReference<WeakHandle>> all = new ArrayList<>();
    closeHandles(all, true);
    closeHandles(all, false);
    closeHandles(all, false);
    System.gc();
    assertThat(all)
        .filteredOn(reference -> reference.get() != null)
        .hasSizeLessThanOrEqualTo(HANDLES);
  }

  private void closeHandles(List<WeakReference<WeakHandle>> all, boolean old) {
    List<WeakHandle> handles = new ArrayList<>();
    for (int i = 0; i < HANDLES; i++) {
      handles.add(queue.handle(heap.global(0)));
      all.add(new WeakReference<>(handles.getLast()));
    }
    if (old) {
      heap.collect(false);
    }
    handles.forEach(WeakHandle::close);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCycleWhoseIntervalDoesNotCommitClearsNothing(boolean full) {
    heap.setGlobal(0, heap.allocate(1, 8));
    WeakHandle ofOld = queue.handle(heap.global(0));
    heap.collect(false);
    heap.setGlobal(0, 0);
    WeakHandle handle = handleOfGarbage();
    source.failing = true;
    assertThatThrownBy(() -> heap.collect(full)).hasMessage("no commit");
    assertThat(handle.get()).isNotZero();
    assertThat(ofOld.get()).isNotZero();
    // Nor is their memory used.
    for (int i = 0; i < 10_000; i++) {
      assertThat(heap.allocate(1, 8)).isNotEqualTo(ofOld.get()).isNotEqualTo(handle.get());
    }
    source.failing = false;
    heap.collect(false);
    assertThat(handle.get()).isZero();
    assertThat(ofOld.get()).isZero();
  }

  @Test
  void memoryIsNotUsedAgainBeforeItsHandlesAreCleared() {
    List<WeakHandle> handles = new ArrayList<>();
    for (int i = 0; i < 200_000; i++) {
      handles.add(handleOfGarbage());
    }
    long intact = handles.stream().filter(handle -> handle.get() != 0).count();
    assertThat(handles.stream().mapToLong(WeakHandle::get).filter(object -> object != 0).distinct())
        .hasSize((int) intact);
    assertThat(intact).isBetween(1L, 100_000L);
  }

  /** What it held is garbage, and what it had not used up of its hole is used by others. */
  @Test
  void aThreadThatDiesInsideAScopeHoldsNothingAnyMore() {
    WeakHandle[] handle = new WeakHandle[1];
    TrackedThread dying =
        space
            .execution()
            .spawn(
                "dying",
                () -> {
                  long object = heap.allocate(1, 8);
                  heap.scope().add(object);
                  handle[0] = queue.handle(object);
                  heap.collect(false);
                  throw new UnsupportedOperationException("dies");
                });
    assertThatThrownBy(dying::join).hasRootCauseMessage("dies");
    assertThat(handle[0].get()).isNotZero();
    heap.collect(true);
    assertThat(handle[0].get()).isZero();
    heap.setGlobal(0, heap.allocate(1, 8));
    heap.collect(false);
  }

  @Test
  void onlyObjectsHaveHandles() {
    assertThatThrownBy(() -> queue.handle(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weak handle of 0x0, wanted an object of the heap");
    long object = heap.allocate(1, 8);
    assertThatThrownBy(() -> queue.handle(object + 8)).isInstanceOf(IllegalArgumentException.class);
  }

  private static final class FailingCommits implements IntervalSource {
    private final IntervalSource source;
    private boolean failing;

    FailingCommits(IntervalSource source) {
      this.source = source;
    }

    @Override
    public Interval fetch(AddressSpace of, TrackingConsumer consumer, PageSet scan, PageSet arm) {
      Interval interval = source.fetch(of, consumer, scan, arm);
      return new PassedOn(interval) {
        @Override
        public void commit() {
          if (failing) {
            throw new UnsupportedOperationException("no commit");
          }
          super.commit();
        }
      };
    }
  }
}
