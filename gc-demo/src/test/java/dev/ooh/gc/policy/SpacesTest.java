package dev.ooh.gc.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.testing.space.TestSpace;
import org.junit.jupiter.api.Test;

/** A block that no cycle could be told of is nobody's to allocate in. */
class SpacesTest {
  private static final int BYTES = 4 * Blocks.BLOCK_BYTES;

  private final TestSpace space = SeededSpace.open();
  private final Blocks blocks = new Blocks(space, BYTES, BYTES, Long.MAX_VALUE);
  private final FullMarks marks = new FullMarks();
  private final Spaces spaces = new Spaces(space.memory(), space.execution(), blocks, marks);
  private final Mutator mutator = new Mutators(true).register();
  private final CellAllocator cells = mutator.cells(Kinds.exact(1, 8));

  /** For which Java has no memory. */
  private static final class FullMarks extends MarkBits {
    private boolean full = true;

    @Override
    public void growTo(int blocks) {
      if (full) {
        throw new OutOfMemoryError("marks");
      }
      super.growTo(blocks);
    }
  }

  @Test
  void aBlockWithoutMarksIsFreeAgain() {
    assertThatThrownBy(() -> spaces.acquireBlock(mutator, cells))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(cells.bump()).isZero();
    assertThat(spaces.nextHole(mutator, cells)).isFalse();
    assertThat(blocks.longestFreeRun()).isEqualTo(BYTES);
    marks.full = false;
    assertThat(spaces.acquireBlock(mutator, cells)).isTrue();
    assertThat(cells.bump()).isEqualTo(blocks.address(0));
  }

  @Test
  void aLargeObjectsBlocksWithoutMarksAreFreeAgain() {
    assertThatThrownBy(() -> spaces.allocateLarge(BYTES, Kinds.LARGE))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(blocks.longestFreeRun()).isEqualTo(BYTES);
    marks.full = false;
    assertThat(spaces.allocateLarge(BYTES, Kinds.LARGE))
        .isEqualTo(blocks.address(0) + ObjectHeader.BYTES);
  }
}
