package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.ooh.gc.statistics.Phase;
import dev.ooh.gc.testing.ExactSource;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.testing.space.TestSpace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Words that may be references: in objects, in registered memory of the space and off it. */
class ConservativeTest {
  private static final int SEEDS = Integer.getInteger("ooh.seeds", 2);
  private static final int NODE = 16;
  private static final HeapOptions OPTIONS =
      HeapOptions.of(1 << 20, 64 << 20)
          .withAllocationBytes(1 << 20)
          .withVerify(true)
          .withConservative(true);

  private final TestSpace space = SeededSpace.open();

  private CollectedHeap heap(HeapOptions options) {
    return new CollectedHeap(space, options, new ExactSource(space), (watched, interval) -> {});
  }

  private final CollectedHeap heap = heap(OPTIONS);
  private final WeakQueue queue = heap.weakQueue();

  /** Whether an object survives a cycle to which {@code word} is shown in {@code holder}'s data. */
  private boolean survives(WeakHandle object, long holder, long word, boolean full) {
    heap.memory().putLong(heap.data(holder), word);
    heap.collect(full);
    boolean survived = object.get() != 0;
    heap.memory().putLong(heap.data(holder), 0);
    return survived;
  }

  private long holder(int dataBytes) {
    heap.setGlobal(0, heap.allocateConservative(dataBytes));
    return heap.global(0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anyByteOfAnObjectIsEnough(boolean full) {
    long holder = holder(8);
    for (int bytes : new int[] {8, 24, 100, 128, 500, 8184, 40_000, 200_000}) {
      for (int offset : new int[] {0, 1, 7, bytes / 2, bytes - 1}) {
        long object = heap.allocate(0, bytes);
        WeakHandle handle = queue.handle(object);
        assertThat(survives(handle, holder, object + offset, full))
            .as("%d of %d", offset, bytes)
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsBesideAnObjectIsNotOfIt(boolean full) {
    long holder = holder(8);
    // With headers, so that another object does not begin where this one ends.
    for (int bytes : new int[] {100, 500, 4000, 40_000, 200_000}) {
      for (int offset : new int[] {-1, -8, bytes, bytes + 1}) {
        long object = heap.allocate(0, bytes);
        WeakHandle handle = queue.handle(object);
        assertThat(survives(handle, holder, object + offset, full))
            .as("%d of %d", offset, bytes)
            .isFalse();
      }
    }
  }

  @Test
  void anObjectWithoutBytesHasAnAddress() {
    long holder = holder(8);
    long object = heap.allocate(0, 0);
    assertThat(survives(queue.handle(object), holder, object, true)).isTrue();
    assertThat(survives(queue.handle(object), holder, object + 1, true)).isFalse();
  }

  @Test
  void whatHangsOnSuchAnObjectLivesToo() {
    long holder = holder(64);
    long parent = heap.allocate(1, 8);
    heap.setReference(parent, 0, heap.allocate(2, 0));
    WeakHandle child = queue.handle(heap.reference(parent, 0));
    heap.memory().putLong(holder + 56, parent + 3);
    heap.collect(false);
    heap.collect(true);
    assertThat(child.get()).isNotZero();
    heap.memory().putLong(holder + 56, 0);
    heap.collect(true);
    assertThat(child.get()).isZero();
  }

  /** Where time is simulated reading words takes some in the cycle that does it. */
  @Test
  void searchingRangesAndChangedPagesTakesTime() {
    int bytes = 1 << 20;
    heap.setGlobal(0, heap.allocateConservative(bytes));
    heap.collect(false);
    heap.collect(false);
    for (int at = 0; at < bytes; at += 512) {
      heap.memory().putLong(heap.global(0) + at, 1);
    }
    heap.collect(false);
    assertThat(heap.cycles().getLast().nanos(Phase.MARK)).isGreaterThan(bytes / Long.BYTES / 5);
    heap.setGlobal(0, 0);
    heap.collect(true);
    try (ConservativeRange range = heap.registerRange(Arena.global().allocate(bytes, 8))) {
      assertThat(range).isNotNull();
      heap.collect(true);
    }
    assertThat(heap.cycles().getLast().nanos(Phase.MARK)).isGreaterThan(bytes / Long.BYTES / 5);
  }

  /** The technique tells of the store, as of one to a slot. */
  @ParameterizedTest
  @ValueSource(ints = {64, 600, 50_000})
  void anOldConservativeObjectThatChangedIsSearched(int bytes) {
    long holder = holder(bytes);
    heap.collect(false);
    heap.collect(false);
    long young = heap.allocate(1, 8);
    WeakHandle handle = queue.handle(young);
    heap.memory().putLong(holder + (bytes - 8 & -8), young + 9);
    heap.collect(false);
    assertThat(handle.get()).isEqualTo(young);
  }

  @Test
  void wordsAtTheEndOfAPageAndOfOddObjectsAreRead() {
    long holder = holder(29);
    long object = heap.allocate(1, 8);
    WeakHandle handle = queue.handle(object);
    // The last whole word; what is left of 29 bytes is none.
    heap.memory().putLong(holder + 16, object);
    heap.collect(true);
    assertThat(handle.get()).isNotZero();
  }

  @Test
  void junkIsNoReference() {
    long base = heap.pages().runStart(0);
    long end = heap.pages().runEnd(0);
    SplittableRandom random = new SplittableRandom(3);
    MemorySegment junk = Arena.global().allocate(8 * 20_000, 8);
    List<WeakHandle> handles = new ArrayList<>();
    try (ConservativeRange range = heap.registerRange(junk)) {
      assertThat(range).isNotNull();
      for (int round = 0; round < 6; round++) {
        for (int i = 0; i < 20_000; i++) {
          long word =
              switch (random.nextInt(4)) {
                case 0 -> random.nextLong();
                case 1 -> base + random.nextLong(64 << 20);
                case 2 -> end + random.nextLong(4096) - 2048;
                default -> base - 1 - random.nextLong(1L << 40);
              };
          junk.setAtIndex(ValueLayout.JAVA_LONG, i, word);
        }
        for (int i = 0; i < 3000; i++) {
          long object = allocateAny(random);
          heap.setGlobal(random.nextInt(1, 60), object);
          if (random.nextInt(10) == 0) {
            handles.add(queue.handle(object));
          }
        }
        heap.collect(random.nextBoolean());
      }
    }
    for (int i = 0; i < 60; i++) {
      heap.setGlobal(i, 0);
    }
    heap.collect(true);
    assertThat(handles).allMatch(handle -> handle.get() == 0);
  }

  private long allocateAny(SplittableRandom random) {
    return switch (random.nextInt(6)) {
      case 0 -> heap.allocate(random.nextInt(4), 8 * random.nextInt(8));
      case 1 -> heap.allocate(random.nextInt(40), random.nextInt(500));
      case 2 -> heap.allocate(0, random.nextInt(9000));
      case 3 -> heap.allocateConservative(random.nextInt(600));
      case 4 -> heap.allocateConservative(random.nextInt(30) == 0 ? 40_000 : 16);
      default -> heap.allocate(1, 8);
    };
  }

  /** Cells that were freed, and those not yet handed out, hold no object, whatever they held. */
  @Test
  void aFreeCellIsNoObject() {
    long kept = heap.allocate(1, 8);
    heap.setGlobal(1, kept);
    long dead = heap.allocate(1, 8);
    heap.setReference(dead, 0, 0x12345);
    heap.collect(true);
    long holder = holder(16);
    heap.memory().putLong(holder, dead);
    heap.memory().putLong(holder + 8, heap.allocate(2, 8) + 24);
    long before = heap.cycles().size();
    heap.collect(false);
    heap.collect(true);
    assertThat(heap.cycles()).hasSize((int) before + 2);
    // The one that is kept, the holder, and the object before the free cell is garbage.
    assertThat(heap.cycles().getLast().objectsTraced()).isEqualTo(2);
  }

  @Test
  void aRangeKeepsAliveWhatItsWordsReferToUntilItIsClosed() {
    Region region = space.map(RegionRequest.anonymous("stack", 1 << 16));
    long object = heap.allocate(1, 8);
    WeakHandle handle = queue.handle(object);
    space.memory().putLong(region.start() + 8, object + NODE - 1);
    ConservativeRange range = heap.registerRange(region.start() + 3, 13);
    heap.collect(false);
    heap.collect(true);
    assertThat(handle.get()).isEqualTo(object);
    range.close();
    heap.collect(true);
    assertThat(handle.get()).isZero();
  }

  @Test
  void wordsOutsideARangeAreNotRead() {
    Region region = space.map(RegionRequest.anonymous("stack", 1 << 16));
    long object = heap.allocate(1, 8);
    WeakHandle handle = queue.handle(object);
    space.memory().putLong(region.start(), object);
    space.memory().putLong(region.start() + 16, object);
    assertThat(heap.registerRange(region.start() + 1, 22)).isNotNull();
    heap.collect(true);
    assertThat(handle.get()).isZero();
  }

  @Test
  void closedMemoryHoldsNoRoots() {
    long object = heap.allocate(1, 8);
    WeakHandle handle = queue.handle(object);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(64, 8);
      segment.set(ValueLayout.JAVA_LONG, 8, object);
      heap.registerRange(segment.asSlice(5));
      heap.collect(true);
      assertThat(handle.get()).isNotZero();
    }
    heap.collect(true);
    assertThat(handle.get()).isZero();
  }

  @Test
  void whatIsNotPossibleIsRefused() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mine = arena.allocate(8);
      assertThatThrownBy(() -> heap.registerRange(mine))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("wanted native memory that any thread may read");
    }
    MemorySegment onHeap = MemorySegment.ofArray(new long[1]);
    assertThatThrownBy(() -> heap.registerRange(onHeap))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> heap.registerRange(8, 8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("range is 8 bytes at 0x8, wanted a part of one region");
    assertThatThrownBy(() -> heap.allocateConservative(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("object has -1 data bytes, wanted 0 or more");
    CollectedHeap precise = heap(OPTIONS.withConservative(false));
    assertThatThrownBy(() -> precise.allocateConservative(8))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("precise");
    assertThatThrownBy(() -> precise.registerRange(MemorySegment.NULL))
        .isInstanceOf(IllegalStateException.class);
  }

  /**
   * A random graph that hangs on words alone, with cycles of each kind and cycles that fail: all of
   * it stays, with what it holds.
   */
  @Test
  void randomGraphsOfWordsSurvive() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      try {
        randomGraph(seed);
      } catch (RuntimeException | AssertionError e) {
        fail("seed " + seed, e);
      }
    }
  }

  private static void randomGraph(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TestSpace own = SeededSpace.open();
    Thread program = Thread.currentThread();
    boolean[] failing = {false};
    CollectedHeap graph =
        new CollectedHeap(
            own,
            OPTIONS.withAllocationBytes(20_000),
            new ExactSource(own),
            (watched, interval) -> {
              if (failing[0] && Thread.currentThread() == program) {
                throw new UnsupportedOperationException("made to fail");
              }
            });
    int roots = 50;
    MemorySegment range = Arena.global().allocate(8L * roots, 8);
    assertThat(graph.registerRange(range)).isNotNull();
    long[][] model = new long[roots][];
    for (int i = 0; i < 1500; i++) {
      int root = random.nextInt(roots);
      model[root] = chain(graph, range, root, random);
      if (random.nextInt(50) == 0) {
        failing[0] = true;
        boolean full = random.nextBoolean();
        assertThatThrownBy(() -> graph.collect(full)).hasMessage("made to fail");
        failing[0] = false;
      } else if (random.nextInt(50) == 0) {
        graph.collect(random.nextInt(3) == 0);
      }
      check(graph, range, random.nextInt(roots), model);
    }
    graph.collect(true);
    for (int root = 0; root < roots; root++) {
      check(graph, range, root, model);
    }
    graph.close();
  }

  /** Objects of which each refers to the next by a word, to any of its bytes; with their stamps. */
  private static long[] chain(
      CollectedHeap graph, MemorySegment range, int root, SplittableRandom random) {
    long[] stamps = new long[random.nextInt(1, 6)];
    range.setAtIndex(ValueLayout.JAVA_LONG, root, 0);
    for (int i = 0; i < stamps.length; i++) {
      int words = random.nextInt(30) == 0 ? 2000 : random.nextInt(3, 40);
      long object = graph.allocateConservative(8 * words);
      stamps[i] = random.nextLong() | 1;
      graph.memory().putLong(object + 8, stamps[i]);
      graph.memory().putLong(object, range.getAtIndex(ValueLayout.JAVA_LONG, root));
      // Into the first word only, so that a check finds the object without asking the collector.
      range.setAtIndex(ValueLayout.JAVA_LONG, root, object + random.nextInt(8));
    }
    return stamps;
  }

  private static void check(CollectedHeap graph, MemorySegment range, int root, long[][] model) {
    if (model[root] == null) {
      return;
    }
    long at = range.getAtIndex(ValueLayout.JAVA_LONG, root);
    for (int i = model[root].length - 1; i >= 0; i--) {
      long object = at & -8;
      assertThat(graph.memory().getLong(object + 8)).isEqualTo(model[root][i]);
      at = graph.memory().getLong(object);
    }
    assertThat(at).isZero();
  }
}
