package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.gc.statistics.CycleRecord;
import dev.ooh.gc.statistics.Phase;
import dev.ooh.gc.testing.ExactSource;
import dev.ooh.gc.testing.ModelMutator;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.testing.space.SeededExecution;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.HeapExhaustedException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CollectedHeapTest {
  private static final long NEVER = Long.MAX_VALUE;

  /** A reference and eight data bytes. */
  private static final int NODE = 16;

  private static final int NODES_A_BLOCK = 16384 / NODE;
  private static final int PAGES_A_BLOCK = 4;
  private final TestSpace space = SeededSpace.open();
  private final ExactSource source = new ExactSource(space);

  private CollectedHeap heap(HeapOptions options) {
    return new CollectedHeap(space, options, source, (watched, interval) -> {});
  }

  private static HeapOptions manual() {
    return HeapOptions.of(1 << 20, 32 << 20).withAllocationBytes(NEVER).withVerify(true);
  }

  /** A list in global {@code global}. */
  private static void list(Heap heap, int global, int length) {
    for (int i = 0; i < length; i++) {
      long node = heap.allocate(1, 8);
      heap.setReference(node, 0, heap.global(global));
      heap.setGlobal(global, node);
    }
  }

  @Test
  void laterCyclesTraceWhatChanged() {
    CollectedHeap heap = heap(manual());
    list(heap, 0, 100_000);
    heap.collect(false);
    heap.collect(false);
    list(heap, 1, 10);
    heap.collect(false);
    List<CycleRecord> cycles = heap.cycles();
    assertThat(cycles).extracting(CycleRecord::full).containsOnly(false);
    assertThat(cycles.get(0).objectsTraced()).isEqualTo(100_000);
    assertThat(cycles.get(0).pagesWatched()).isZero();
    // Asked about for the first time, and so reported as changed.
    assertThat(cycles.get(1).objectsTraced()).isZero();
    assertThat(cycles.get(1).pagesWatched()).isEqualTo(pagesOf(100_000));
    assertThat(cycles.get(1).pagesChanged()).isEqualTo(pagesOf(100_000));
    assertThat(cycles.get(2).objectsTraced()).isEqualTo(10);
    assertThat(cycles.get(2).pagesChanged()).isZero();
    assertThat(cycles.get(2).slotsRead()).isLessThan(NODES_A_BLOCK + 20);
  }

  /** Of whole blocks of nodes. */
  private static long pagesOf(int nodes) {
    return (nodes + NODES_A_BLOCK - 1) / NODES_A_BLOCK * (long) PAGES_A_BLOCK;
  }

  @Test
  void aWriteToAnOldObjectKeepsAYoungOneAlive() {
    CollectedHeap heap = heap(manual());
    list(heap, 0, 1000);
    heap.collect(false);
    long old = heap.reference(heap.reference(heap.global(0), 0), 0);
    long young = heap.allocate(0, 100);
    heap.memory().putLong(heap.data(young), 42);
    heap.setReference(old, 0, young);
    heap.collect(false);
    assertThat(heap.cycles().getLast().full()).isFalse();
    long other = heap.allocate(0, 100);
    assertThat(other).isNotEqualTo(young);
    assertThat(heap.memory().getLong(heap.data(young))).isEqualTo(42);
  }

  @Test
  void aYoungCycleKeepsFloatingGarbageAndAFullOneFreesIt() {
    CollectedHeap heap = heap(manual());
    list(heap, 0, 10_000);
    list(heap, 1, 100_000);
    heap.collect(false);
    heap.setGlobal(0, 0);
    heap.collect(false);
    assertThat(heap.cycles().getLast().freedBytes()).isZero();
    heap.collect(true);
    assertThat(heap.cycles().getLast().freedBytes()).isEqualTo(10_000 * NODE);
  }

  @Test
  void pagesWithoutReferencesAreNotWatched() {
    CollectedHeap heap = heap(manual());
    long array = heap.allocate(4, 1 << 20);
    heap.setGlobal(0, array);
    for (int i = 0; i < 4; i++) {
      heap.setReference(array, i, heap.allocate(0, 5000));
    }
    heap.collect(false);
    heap.memory().fill(heap.data(array), 1 << 20, (byte) 7);
    heap.collect(false);
    assertThat(heap.cycles()).extracting(CycleRecord::pagesWatched).containsExactly(0L, 1L);
  }

  @Test
  void onlyChangedPartsOfALargeArrayAreRead() {
    CollectedHeap heap = heap(manual());
    int length = 100_000;
    heap.setGlobal(0, heap.allocate(length, 0));
    heap.collect(false);
    heap.collect(false);
    heap.setReference(heap.global(0), 70_000, heap.allocate(1, 8));
    heap.collect(false);
    CycleRecord cycle = heap.cycles().getLast();
    assertThat(cycle.pagesChanged()).isEqualTo(1);
    assertThat(cycle.slotsRead()).isBetween(511L, 514L);
    assertThat(cycle.objectsTraced()).isEqualTo(1);
  }

  @Test
  void wideObjectsAreMarkedWhole() {
    CollectedHeap heap = heap(manual());
    heap.setGlobal(0, heap.allocate(30_000, 0));
    for (int i = 0; i < 30_000; i++) {
      long inner = heap.allocate(2, 0);
      heap.setReference(heap.global(0), i, inner);
      heap.setReference(inner, 0, heap.allocate(1, 16));
      heap.setReference(inner, 1, heap.allocate(0, 7));
    }
    heap.collect(true);
    assertThat(heap.cycles().getLast().freedBytes()).isLessThan(3 * 0x4000);
    assertThat(heap.cycles().getLast().liveBytes()).isGreaterThan(30_000 * (16 + 24 + 16));
  }

  @Test
  void memoryIsReused() {
    CollectedHeap heap = heap(HeapOptions.of(1 << 20, 8 << 20).withAllocationBytes(500_000));
    for (int i = 0; i < 200_000; i++) {
      heap.allocate(i % 4, i % 1000);
    }
    for (int i = 0; i < 1000; i++) {
      heap.allocate(0, 200_000);
    }
    assertThat(heap.peakBytes()).isLessThan(6 << 20);
    assertThat(heap.cycles()).hasSizeGreaterThan(50);
  }

  @Test
  void writesAreExpectedWhereArmedMemoryIsReused() {
    CollectedHeap heap = heap(manual());
    list(heap, 0, 40 * NODES_A_BLOCK);
    long first = heap.pages().runStart(0);
    heap.collect(false);
    heap.collect(false);
    heap.setGlobal(0, 0);
    heap.collect(true);
    assertThat(space.expected().isEmpty()).isTrue();
    // Seven blocks; and sixteen free ones, which come next, are taken with them.
    heap.setGlobal(1, heap.allocate(1000, 100_000));
    assertThat(space.expected()).isEqualTo(PageSet.of(first, first + 23 * 0x4000));
    list(heap, 0, 17 * NODES_A_BLOCK);
    assertThat(space.expected()).isEqualTo(PageSet.of(first, first + 40 * 0x4000));
  }

  @Test
  void sweepingIsLeftToAllocation() {
    long later = workOfCollectingGarbage(manual());
    long atOnce = workOfCollectingGarbage(manual().withFullCycles(HeapOptions.FullCycles.PAUSE));
    assertThat(atOnce - later).isGreaterThanOrEqualTo(40);
  }

  private static long workOfCollectingGarbage(HeapOptions options) {
    TestSpace space = SeededSpace.open();
    CollectedHeap heap =
        new CollectedHeap(space, options, new ExactSource(space), (watched, interval) -> {});
    list(heap, 0, 40 * NODES_A_BLOCK);
    long first = heap.pages().runStart(0);
    heap.setGlobal(0, 0);
    SeededExecution execution = (SeededExecution) space.execution();
    long before = execution.work();
    heap.collect(true);
    long work = execution.work() - before;
    // Wherever it was swept, the lowest block is used first, and all of them before another one.
    assertThat(heap.allocate(1, 8)).isEqualTo(first);
    assertThat(heap.allocate(0, 20 * 16384)).isBetween(first + 16384, first + 17 * 16384);
    list(heap, 0, 18 * NODES_A_BLOCK);
    assertThat(heap.peakBytes()).isEqualTo(40 * 16384);
    return work;
  }

  @Test
  void anAllocatorGivesWhatAllocateDoes() {
    CollectedHeap heap = heap(HeapOptions.of(1 << 20, 8 << 20).withAllocationBytes(100_000));
    Heap.Allocator exact = heap.allocator(1, 8);
    Heap.Allocator headed = heap.allocator(2, 300);
    long found = 0;
    for (int i = 0; i < 50_000; i++) {
      long node = exact.allocate();
      found |= heap.reference(node, 0) | heap.memory().getLong(heap.data(node));
      heap.memory().putLong(heap.data(node), i);
      if (i % 50 == 0) {
        heap.setReference(node, 0, heap.global(0));
        heap.setGlobal(0, node);
        long wide = headed.allocate();
        assertThat(heap.referenceCount(wide)).isEqualTo(2);
        assertThat(heap.dataBytes(wide)).isEqualTo(300);
      }
    }
    assertThat(found).isZero();
    assertThat(heap.cycles()).hasSizeGreaterThan(5);
    long node = heap.global(0);
    for (int i = 49_950; i >= 0; i -= 50) {
      assertThat(heap.memory().getLong(heap.data(node))).isEqualTo(i);
      node = heap.reference(node, 0);
    }
    assertThat(node).isZero();
  }

  @Test
  void memoryThatStaysFreeIsGivenBack() {
    CollectedHeap heap = heap(manual());
    list(heap, 0, 100 * NODES_A_BLOCK);
    heap.setGlobal(1, heap.allocate(1, 10 << 20));
    heap.collect(true);
    heap.setGlobal(0, 0);
    heap.setGlobal(1, 0);
    heap.collect(true);
    heap.collect(false);
    assertThat(space.discarded().isEmpty()).as("free for less than a full cycle").isTrue();
    // A part is used meanwhile.
    list(heap, 2, 70 * NODES_A_BLOCK);
    heap.collect(true);
    PageSet used = heap.pages();
    for (int cycle = 0; cycle < 10; cycle++) {
      heap.collect(false);
    }
    long first = used.runStart(0);
    assertThat(space.discarded())
        .isEqualTo(PageSet.of(first + 70 * 16384, first + heap.peakBytes()));
    heap.setGlobal(3, heap.allocate(1000, 5 << 20));
    list(heap, 4, 200 * NODES_A_BLOCK);
    heap.collect(true);
    assertThat(heap.cycles().getLast().liveBytes()).isGreaterThan(270 * 16384 + (5 << 20));
    heap.setGlobal(2, 0);
    heap.setGlobal(3, 0);
    heap.setGlobal(4, 0);
    for (int cycle = 0; cycle < 10; cycle++) {
      heap.collect(cycle < 3);
    }
    assertThat(space.discarded().contains(first + (1 << 20))).isTrue();
    assertThat(space.discarded().contains(first + (1 << 20) - 1)).as("kept").isFalse();
  }

  @Test
  void growsPastOtherRegions() {
    CollectedHeap heap = heap(HeapOptions.of(1 << 20, 40 << 20).withAllocationBytes(1 << 20));
    long end = heap.pages().runEnd(0);
    space.map(RegionRequest.anonymous("in the way", 5000).at(end));
    space.map(RegionRequest.anonymous("in the way, too", 4096).at(end + (8 << 20)));
    ModelMutator mutator = new ModelMutator(heap, 3, 10);
    list(heap, 0, 600_000);
    heap.setGlobal(1, heap.allocate(1000, 9 << 20));
    for (int i = 0; i < 20_000; i++) {
      mutator.act();
    }
    mutator.checkAll();
    assertThat(heap.pages().runCount()).isEqualTo(3);
    assertThat(heap.pages().bytes()).isGreaterThan(19 << 20);
    assertThat(heap.peakBytes()).isLessThanOrEqualTo(heap.pages().bytes());
    heap.collect(true);
    assertThat(heap.cycles().getLast().liveBytes()).isGreaterThan(18 << 20);
  }

  @Test
  void aFullHeapSaysSo() {
    CollectedHeap heap = heap(HeapOptions.of(1 << 20, 4 << 20).withAllocationBytes(1 << 20));
    assertThatThrownBy(() -> list(heap, 0, 1_000_000))
        .isInstanceOf(HeapExhaustedException.class)
        .hasMessage(
            "no memory for 16 bytes: of the heap's 4194304 bytes 4194304 are mapped and 4194304 in"
                + " objects; 0 are free, the longest mapped run of them 0");
    assertThatThrownBy(() -> heap.allocate(0, 100 << 20))
        .isInstanceOf(HeapExhaustedException.class);
    heap.setGlobal(0, 0);
    assertThat(heap.allocate(0, 2 << 20)).isNotZero();
  }

  @Test
  void aHeapThatIsNearlyFullSaysSoSoon() {
    CollectedHeap heap = heap(HeapOptions.of(1 << 20, 16 << 20).withAllocationBytes(1 << 20));
    list(heap, 0, 97 * (16 << 20) / 100 / NODE);
    int before = heap.cycles().size();
    assertThatThrownBy(() -> allocateGarbage(heap, 100 << 20))
        .isInstanceOf(HeapExhaustedException.class)
        .hasMessageEndingWith("each of the last 5 full cycles left less than 1/20 of it free");
    assertThat(heap.cycles().size() - before).isLessThan(20);
    // As long as it is so, each time after one cycle.
    assertThatThrownBy(() -> allocateGarbage(heap, 100 << 20))
        .isInstanceOf(HeapExhaustedException.class);
    heap.setGlobal(0, 0);
    list(heap, 0, 80 * (16 << 20) / 100 / NODE);
    allocateGarbage(heap, 100 << 20);
  }

  @Test
  void aHeapThatIsRatherFullGoesOn() {
    CollectedHeap heap = heap(HeapOptions.of(1 << 20, 16 << 20).withAllocationBytes(1 << 20));
    list(heap, 0, 93 * (16 << 20) / 100 / NODE);
    allocateGarbage(heap, 20 << 20);
    assertThat(heap.cycles()).filteredOn(CycleRecord::full).hasSizeGreaterThan(15);
  }

  private static void allocateGarbage(Heap heap, int bytes) {
    for (int allocated = 0; allocated < bytes; allocated += NODE) {
      heap.allocate(1, 8);
    }
  }

  @Test
  void scopesHoldWhatNothingElseDoes() {
    CollectedHeap heap = heap(manual());
    try (Heap.Scope outer = heap.scope()) {
      int place = outer.add(heap.allocate(1, 0));
      try (Heap.Scope inner = heap.scope()) {
        inner.add(heap.allocate(0, 16));
        assertThatThrownBy(() -> outer.add(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class);
        heap.collect(true);
        assertThat(heap.cycles().getLast().liveBytes()).isEqualTo(16 + 8);
      }
      heap.collect(true);
      assertThat(heap.cycles().getLast().liveBytes()).isEqualTo(8);
      outer.set(place, 0);
      heap.collect(true);
      assertThat(heap.cycles().getLast().liveBytes()).isZero();
    }
  }

  @Test
  void workIsAccounted() {
    CollectedHeap heap = heap(manual());
    SeededExecution execution = (SeededExecution) space.execution();
    list(heap, 0, 10_000);
    long before = execution.work();
    heap.collect(true);
    assertThat(execution.work() - before).isGreaterThan(2 * 10_000);
    assertThat(heap.cycles().getLast().nanos(Phase.MARK)).isGreaterThan(2 * 10_000);
    assertThat(heap.cycles().getLast().pauseNanos())
        .isGreaterThanOrEqualTo(heap.cycles().getLast().nanos(Phase.MARK));
  }

  @Test
  void wrongUseIsRefused() {
    CollectedHeap heap = heap(manual());
    assertThatThrownBy(() -> heap.allocate(-1, 0))
        .hasMessage("object has -1 references and 0 data bytes, wanted neither below 0");
    assertThatThrownBy(() -> heap.global(64)).hasMessage("global is 64, wanted 0 to 63");
    heap.setGlobal(0, 12345);
    assertThatThrownBy(() -> heap.collect(true)).hasMessageContaining("reference is 0x3039");
    heap.setGlobal(0, 0);
    assertThat(heap.collect(true)).isTrue();
  }

  @Test
  void aStoreOutsideAnObjectIsRefused() {
    CollectedHeap heap = heap(manual().withChecked(true));
    long small = heap.allocate(2, 8);
    long wide = heap.allocate(20, 12);
    long large = heap.allocate(1, 100_000);
    assertRefused("slot is 2 of the 2 of object", () -> heap.setReference(small, 2, 0));
    assertRefused("slot is -1 of the 20 of object", () -> heap.setReference(wide, -1, 0));
    assertRefused("slot is 1 of the 1 of object", () -> heap.setReference(large, 1, 0));
    assertRefused("wanted an object", () -> heap.setReference(small + 8, 0, 0));
    assertRefused("wanted an object", () -> heap.setReference(12345, 0, 0));
    Memory memory = heap.memory();
    assertRefused("wanted within object", () -> memory.putInt(heap.data(wide) + 9, 1));
    assertRefused("wanted within object", () -> memory.putByte(wide - 1, (byte) 1));
    assertRefused("wanted within object", () -> memory.fill(heap.data(small), 9, (byte) 1));
    assertRefused(
        "wanted within object", () -> memory.write(heap.data(large) + 99_999, new byte[2], 0, 2));
    assertRefused("wanted within object", () -> memory.copy(small, heap.data(small) + 1, 8));
    assertRefused("where no object is", () -> memory.putLong(large + 7 * 16384, 1));
    heap.setReference(small, 1, wide);
    heap.setReference(large, 0, small);
    heap.setGlobal(0, large);
    memory.putLong(heap.data(small), 1);
    memory.putInt(heap.data(wide) + 8, 2);
    memory.fill(heap.data(large), 100_000, (byte) 3);
    heap.collect(true);
    assertThat(memory.getLong(heap.data(small))).isEqualTo(1);
    assertThat(memory.getInt(heap.data(wide) + 8)).isEqualTo(2);
    assertThat(heap.cycles().getLast().objectsTraced()).isEqualTo(3);
  }

  private static void assertRefused(String message, Runnable store) {
    assertThatThrownBy(store::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aSlotThatHoldsNoReferenceIsNamed() {
    CollectedHeap heap = heap(manual().withVerify(false).withChecked(true));
    list(heap, 0, 1000);
    long holder = heap.allocate(3, 8);
    heap.setReference(holder, 0, heap.global(0));
    heap.setGlobal(0, holder);
    heap.collect(false);
    long inside = heap.reference(heap.reference(holder, 0), 0) + 8;
    for (long wrong : new long[] {inside, 12345, heap.pages().runEnd(0) - 16}) {
      heap.setReference(holder, 2, wrong);
      for (boolean full : new boolean[] {false, true}) {
        assertThatThrownBy(() -> heap.collect(full))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageStartingWith("reference is 0x%x, wanted".formatted(wrong))
            .hasMessageEndingWith("it is in slot 2 of object 0x%x".formatted(holder));
      }
    }
    heap.setReference(holder, 2, 0);
    assertThat(heap.collect(true)).isTrue();
    assertThat(heap.cycles().getLast().objectsTraced()).isEqualTo(1001);
  }
}
