package dev.ooh.gc.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.CellAllocator;
import dev.ooh.gc.policy.Kinds;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.Mutator;
import dev.ooh.gc.policy.Mutators;
import dev.ooh.gc.policy.ObjectModel;
import dev.ooh.gc.policy.Spaces;
import dev.ooh.gc.policy.ValidPointers;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.memory.RegionRequest;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.workloads.Heap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConservativeRangesTest {
  private static final int LARGE = 8 << 20;

  private final TestSpace space = SeededSpace.open();
  private final ConservativeRanges ranges = new ConservativeRanges(space.execution().newLock());

  /** As if another thread did so in the pause. */
  @Test
  void anArenaMayBeClosedWhileItsRangeIsRead() {
    Arena arena = Arena.ofShared();
    ranges.add(arena.allocate(64, 8)).getClass();
    List<Long> words = new ArrayList<>();
    ranges.forEachWord(
        word -> {
          words.add(word);
          arena.close();
        });
    ranges.forEachWord(words::add);
    assertThat(words).containsExactly(0L);
  }

  @Test
  void aRangeWhoseArenaWasClosedIsForgotten() {
    WeakReference<Object> range;
    try (Arena arena = Arena.ofShared()) {
      range = new WeakReference<>(ranges.add(arena.allocate(64, 8)));
    }
    ranges.forEachWord(word -> {});
    System.gc();
    assertThat(range.get()).isNull();
  }

  /** A copy of the roots is as long as what ranges refer to, not as the ranges. */
  @Test
  void zerosAndRepeatsTakeNoRoom() {
    Blocks blocks = new Blocks(space, 1 << 20, 1 << 20, Long.MAX_VALUE);
    MarkBits marks = new MarkBits();
    Spaces spaces = new Spaces(space.memory(), space.execution(), blocks, marks);
    Mutators mutators = new Mutators(true);
    Mutator mutator = mutators.register();
    CellAllocator cells = mutator.cells(Kinds.exact(1, 0));
    assertThat(spaces.acquireBlock(mutator, cells)).isTrue();
    long object = cells.bump();
    ValidPointers pointers =
        new ValidPointers(blocks, new ObjectModel(space.memory(), blocks), marks, mutators);
    marks.growTo(blocks.frontier());
    pointers.settle();
    long globals = space.map(RegionRequest.anonymous("globals", Heap.GLOBALS * 8)).start();
    RootSet roots = new RootSet(space.memory(), globals, mutators, ranges, pointers);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment large = arena.allocate(LARGE, 8);
      large.asSlice(0, LARGE / 2).fill((byte) 0);
      for (long at = LARGE / 2; at < LARGE; at += Long.BYTES) {
        large.set(ValueLayout.JAVA_LONG, at, object);
      }
      ranges.add(large).getClass();
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      long[] copy = roots.copy();
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(LARGE / 8);
      assertThat(copy).containsExactly(object);
    }
  }
}
