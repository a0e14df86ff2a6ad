package dev.ooh.machine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostMemoryTest {
  private static final long MIB = 1 << 20;

  private final HostMemory memory = new HostMemory(8 * MIB, true);

  @AfterEach
  void close() {
    memory.close();
  }

  @Test
  void commitsWhatIsUsed() {
    try (HostMemory large = new HostMemory(5120 * MIB)) {
      assertThat(large.capacity()).isEqualTo(5120 * MIB);
      assertThat(large.committedBytes()).isZero();
      large.allocateFrame();
      assertThat(large.committedBytes()).isEqualTo(2 * MIB);
      assertThat(large.allocatedBytes()).isEqualTo(4096);
    }
  }

  @Test
  void framesAreAlignedDistinctAndZero() {
    long first = memory.allocateFrame();
    memory.writeLong(first, 7);
    long second = memory.allocateFrame();
    assertThat(second).isNotEqualTo(first).matches(hpa -> hpa % 4096 == 0);
    memory.freeFrame(first);
    long again = memory.allocateFrame();
    assertThat(again).isEqualTo(first);
    assertThat(memory.readLong(again)).isZero();
    long large = memory.allocateLargeFrame();
    assertThat(large % (2 * MIB)).isZero();
    memory.writeLong(large + 2 * MIB - 8, 1);
    memory.splitLargeFrame(large);
    for (long hpa = large; hpa < large + 2 * MIB; hpa += HostMemory.FRAME) {
      memory.freeFrame(hpa);
    }
    assertThat(memory.readLong(memory.allocateLargeFrame() + 2 * MIB - 8)).isZero();
  }

  @Test
  void freedFrameIsPoisoned() {
    long keeper = memory.allocateFrame();
    long frame = memory.allocateFrame();
    memory.freeFrame(frame);
    assertThat(memory.readLong(frame)).isEqualTo(0xA5A5_A5A5_A5A5_A5A5L);
    assertThat(memory.isAllocated(frame)).isFalse();
    assertThat(memory.isAllocated(keeper)).isTrue();
  }

  @Test
  void wrongFreeNamesTheAddress() {
    long frame = memory.allocateFrame();
    memory.allocateFrame();
    memory.freeFrame(frame);
    assertThatThrownBy(() -> memory.freeFrame(frame))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0x0")
        .hasMessageContaining("allocated 4 KiB frame");
    assertThatThrownBy(() -> memory.freeFrame(1L << 40))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void chunkOfFreedSmallFramesServesALargeOne() {
    HostMemory two = new HostMemory(2 * MIB);
    long[] frames = new long[512];
    for (int i = 0; i < 512; i++) {
      frames[i] = two.allocateFrame();
    }
    assertThatThrownBy(two::allocateFrame)
        .isInstanceOf(OutOfHostMemoryException.class)
        .hasMessageContaining("2 MiB");
    for (long frame : frames) {
      two.freeFrame(frame);
    }
    two.splitLargeFrame(two.allocateLargeFrame());
    two.freeFrame(4096);
    assertThat(two.allocateFrame()).isEqualTo(4096);
    two.close();
  }

  @Test
  void copyAndFillCrossChunks() {
    long first = memory.allocateLargeFrame();
    long second = memory.allocateLargeFrame();
    assertThat(second).isEqualTo(first + 2 * MIB);
    memory.fill(second - 16, 32, (byte) 1);
    assertThat(memory.readLong(second - 8)).isEqualTo(0x0101_0101_0101_0101L);
    assertThat(memory.readLong(second + 8)).isEqualTo(0x0101_0101_0101_0101L);
    memory.writeLong(second - 8, 2);
    memory.writeLong(second, 3);
    memory.copy(second - 8, first + 64, 16);
    assertThat(memory.readLong(first + 64)).isEqualTo(2);
    assertThat(memory.readLong(first + 72)).isEqualTo(3);
  }

  @Test
  void machinesOfOneHostShareNoFrameAndLeaveNothingBehind() {
    try (MemoryPool pool = new MemoryPool(4 * MIB)) {
      HostMemory first = new HostMemory(pool, 4 * MIB);
      HostMemory second = new HostMemory(pool, 4 * MIB);
      long frame = first.allocateFrame();
      first.fill(first.allocateLargeFrame(), 2 * MIB, (byte) 1);
      first.writeLong(frame, 42);
      assertThat(pool.takenBytes()).isEqualTo(4 * MIB);
      assertThatThrownBy(second::allocateFrame).isInstanceOf(OutOfHostMemoryException.class);
      assertThatThrownBy(() -> second.readLong(frame))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("none of this machine's memory is there");
      first.close();
      assertThat(pool.takenBytes()).isZero();
      for (int chunk = 0; chunk < 2; chunk++) {
        long large = second.allocateLargeFrame();
        for (long hpa = large; hpa < large + 2 * MIB; hpa += 512) {
          assertThat(second.readLong(hpa)).isZero();
        }
      }
      assertThatThrownBy(() -> first.readLong(frame)).hasMessageContaining("closed");
      second.close();
    }
  }

  @Test
  void lateAccessThrows() {
    long frame = memory.allocateFrame();
    boolean[] flushed = new boolean[1];
    memory.beforeClose(() -> flushed[0] = true);
    memory.close();
    memory.close();
    assertThat(flushed[0]).isTrue();
    assertThatThrownBy(() -> memory.readLong(frame))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(memory::allocateFrame).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(memory::allocateLargeFrame).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void accessBesideMemoryAndOddSizesAreNamed() {
    assertThatThrownBy(() -> memory.readLong(4096))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0x1000");
    memory.allocateFrame();
    assertThatThrownBy(() -> memory.readLong(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("multiple of 8");
    assertThatThrownBy(() -> new HostMemory(4096))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4096");
  }
}
