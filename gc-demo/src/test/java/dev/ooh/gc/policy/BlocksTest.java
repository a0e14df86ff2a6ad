package dev.ooh.gc.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.gc.testing.SeededSpace;
import dev.ooh.testing.space.TestSpace;
import org.junit.jupiter.api.Test;

class BlocksTest {
  private final TestSpace space = SeededSpace.open();

  private static int taken(Blocks blocks) {
    int taken = 0;
    while (blocks.takeFresh() >= 0) {
      taken++;
    }
    return taken;
  }

  @Test
  void noMoreIsMappedThanTheMachineHas() {
    Blocks blocks = new Blocks(space, 1 << 20, 64 << 20, 6 << 20);
    assertThat(taken(blocks)).isEqualTo((6 << 20) / Blocks.BLOCK_BYTES);
    assertThat(blocks.maxBytes()).isEqualTo(6 << 20);
    assertThat(blocks.refusal()).isEqualTo("the machine has 6291456 bytes of memory");
    assertThat(new Blocks(space, 64 << 20, 64 << 20, 6 << 20).pages().bytes()).isEqualTo(6 << 20);
  }

  @Test
  void aMachineThatHasEnoughIsNotMentioned() {
    Blocks blocks = new Blocks(space, 1 << 20, 6 << 20, 6 << 20);
    assertThat(taken(blocks)).isEqualTo((6 << 20) / Blocks.BLOCK_BYTES);
    assertThat(blocks.refusal()).isEmpty();
  }
}
