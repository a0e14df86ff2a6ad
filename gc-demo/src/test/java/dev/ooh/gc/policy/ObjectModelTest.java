package dev.ooh.gc.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.testing.space.TestSpace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectModelTest {
  private final TestSpace space = SeededSpace.open();
  private final Blocks blocks = new Blocks(space, 1 << 20, 1 << 20, Long.MAX_VALUE);
  private final ObjectModel objects = new ObjectModel(space.memory(), blocks);

  /** What a thread may see that looks at a word while a run is taken: a number of former use. */
  @ParameterizedTest
  @ValueSource(ints = {-1, 2, 5, 1000})
  void aBlockThatIsOfNoRunYetHoldsNoObject(int link) {
    blocks.setKind(0, Kinds.exact(1, 0));
    blocks.setKind(1, Kinds.LARGE_REST);
    blocks.setLink(1, link);
    blocks.setKind(2, Kinds.exact(1, 0));
    assertThat(objects.cell(blocks.address(1) + 8)).isZero();
    assertThat(objects.isObject(blocks.address(1) + 8)).isFalse();
  }

  @Test
  void eachBlockOfARunIsOfItsObject() {
    int first = blocks.takeRun(3, Kinds.LARGE);
    long object = blocks.address(first) + ObjectHeader.BYTES;
    space.memory().putLong(blocks.address(first), ObjectHeader.of(0, 3 * 16_000));
    long word = blocks.address(first + 2) + 8;
    assertThat(objects.cell(word)).isEqualTo(object);
    assertThat(objects.encloses(object, word)).isTrue();
  }
}
