package dev.ooh.gc.sanity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.gc.policy.Blocks;
import dev.ooh.gc.policy.CellAllocator;
import dev.ooh.gc.policy.Kinds;
import dev.ooh.gc.policy.MarkBits;
import dev.ooh.gc.policy.Mutator;
import dev.ooh.gc.policy.Mutators;
import dev.ooh.gc.policy.ObjectHeader;
import dev.ooh.gc.policy.Spaces;
import dev.ooh.gc.testing.Proxies;
import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.testing.space.TestSpace;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeapWalkTest {
  private final TestSpace space = SeededSpace.open();
  private final Blocks blocks = new Blocks(space, 1 << 20, 1 << 20, Long.MAX_VALUE);
  private final MarkBits marks = new MarkBits();
  private final HeapWalk walk = new HeapWalk(blocks);
  private long nodes;
  private long headed;
  private long large;

  @BeforeEach
  void allocate() {
    Spaces spaces = new Spaces(space.memory(), space.execution(), blocks, marks);
    Mutator mutator = new Mutators(false).register();
    nodes = block(spaces, mutator, Kinds.exact(2, 8));
    headed = block(spaces, mutator, Kinds.headed(0, 300));
    large = blocks.of(spaces.allocateLarge(40_000, Kinds.LARGE));
    assertThat(blocks.frontier()).isEqualTo(5);
  }

  private int block(Spaces spaces, Mutator mutator, int kind) {
    CellAllocator cells = mutator.cells(kind);
    assertThat(spaces.acquireBlock(mutator, cells)).isTrue();
    return blocks.of(cells.bump());
  }

  private void mark(long block, int at) {
    long offset = block * Blocks.BLOCK_BYTES + at;
    marks.words()[(int) (offset >>> MarkBits.LOG_BYTES_PER_WORD)] |=
        1L << (offset >>> ObjectHeader.LOG_GRANULE);
  }

  private void assertBroken(String message) {
    assertThatThrownBy(() -> walk.check(marks))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(message);
  }

  @Test
  void whatFitsIsFine() {
    mark(nodes, 24);
    mark(headed, 320 + 8);
    mark(large, 8);
    assertThatCode(() -> walk.check(marks)).doesNotThrowAnyException();
  }

  @Test
  void aMarkBetweenCells() {
    mark(nodes, 32);
    assertBroken("block 0 at 0x%x".formatted(blocks.base()));
  }

  @Test
  void aMarkBehindTheLastCell() {
    mark(nodes, 24 * 682);
    assertBroken("has a mark at byte 16368, where no object begins");
  }

  @Test
  void aMarkOnAHeader() {
    mark(headed, 320);
    assertBroken("has a mark at byte 320");
  }

  @Test
  void aMarkInTheMiddleOfALargeObject() {
    mark(large + 1, 8);
    assertBroken("has a mark at byte 16392");
  }

  /** Where the address space has no memory behind it: nothing of it is read. */
  @Test
  void aMarkFarInAnObjectOfMoreThan2GiB() {
    int count = (1 << 17) + 1;
    AddressSpace addresses =
        Proxies.of(
            AddressSpace.class,
            (method, arguments) ->
                new Region("heap", 1L << 30, ((RegionRequest) arguments[0]).bytes()));
    long bytes = (long) count * Blocks.BLOCK_BYTES;
    Blocks wide = new Blocks(addresses, bytes, bytes, Long.MAX_VALUE);
    Spaces spaces = new Spaces(space.memory(), space.execution(), wide, marks);
    int first = wide.of(spaces.allocateLarge(bytes, Kinds.LARGE));
    HeapWalk walkOfWide = new HeapWalk(wide);
    mark(first, 8);
    walkOfWide.check(marks);
    mark(count - 1, 8);
    assertThatThrownBy(() -> walkOfWide.check(marks))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has a mark at byte 2147483656, where no object begins");
  }

  @Test
  void aMarkInAFreeBlock() {
    mark(nodes, 24);
    blocks.setKind((int) nodes, Kinds.FREE);
    assertBroken("of kind 0, has a mark at byte 24");
  }

  @Test
  void aLargeObjectThatLostABlock() {
    blocks.setKind((int) large + 1, Kinds.FREE);
    assertBroken("is not of the large object that begins at block 2");
  }

  @Test
  void aLargeObjectThatEndsNowhere() {
    blocks.setLink((int) large, 100);
    assertBroken("begins a large object of 100 blocks");
  }

  @Test
  void theRestOfALargeObjectThatIsGone() {
    blocks.setKind((int) large, Kinds.FREE);
    assertBroken("is the rest of a large object that does not reach it");
  }
}
