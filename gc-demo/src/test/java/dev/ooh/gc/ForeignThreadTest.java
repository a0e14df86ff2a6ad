package dev.ooh.gc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A thread that no pause would stop gets no memory: the collector would miss what it does. */
class ForeignThreadTest {
  private AddressSpace space;
  private CollectedHeap heap;

  @BeforeEach
  void open() throws Exception {
    space = new LinuxSubstrate().open(SpaceOptions.named("foreign"));
    heap = new CollectedHeap(space, HeapOptions.of(1 << 20, 8 << 20));
  }

  @AfterEach
  void close() throws Exception {
    heap.close();
    space.close();
  }

  @Test
  void aThreadOutsideTheSpaceIsRefused() {
    isRefused(() -> heap.allocate(1, 8));
    isRefused(() -> heap.allocate(0, 1 << 20));
    isRefused(() -> heap.allocator(1, 8).allocate());
    isRefused(heap::scope);
    isRefused(() -> heap.collect(true));
  }

  @Test
  void aThreadWithinTheSpaceIsServed() throws Exception {
    long object = space.execution().run(() -> heap.allocate(1, 8));

    assertThat(heap.referenceCount(object)).isEqualTo(1);
  }

  @Test
  void aThreadThatLeftGetsNoMoreMemory() throws Exception {
    space.execution().run(() -> heap.allocate(1, 8));

    isRefused(
        () -> {
          for (long bytes = 0; bytes < 1 << 20; bytes += 16) {
            heap.allocate(1, 8);
          }
        });
    isRefused(() -> heap.allocate(0, 1 << 20));
    isRefused(() -> heap.collect(false));
  }

  private static void isRefused(ThrowingCallable use) {
    assertThatThrownBy(use)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(Thread.currentThread().getName())
        .hasMessageContaining("none of the space's");
  }
}
