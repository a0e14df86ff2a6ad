package dev.ooh.barrier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.barrier.card.CardTable;
import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.memory.PageSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Memory that a woven class hands out is marked from its first byte to its last. */
class HandedOutTest {
  private static final int BYTES = 16384;

  private final StoreLinks links = new StoreLinks();
  private final Arena arena = Arena.ofShared();
  private final MemorySegment segment = arena.allocate(BYTES, 4096);
  private final PageSet all = PageSet.of(segment.address(), segment.address() + BYTES);
  private CardTable cards;

  @BeforeEach
  void arm() {
    cards = links.users().open(this, 64);
    cards.arm(all);
  }

  @AfterEach
  void close() {
    links.users().close(this);
    arena.close();
  }

  static List<Function<ByteBuffer, Buffer>> views() {
    return List.of(
        bytes -> bytes,
        ByteBuffer::asShortBuffer,
        ByteBuffer::asCharBuffer,
        ByteBuffer::asIntBuffer,
        ByteBuffer::asFloatBuffer,
        ByteBuffer::asLongBuffer,
        ByteBuffer::asDoubleBuffer,
        bytes -> bytes.order(ByteOrder.nativeOrder()).asLongBuffer(),
        bytes -> bytes.order(ByteOrder.nativeOrder()).asDoubleBuffer(),
        bytes -> bytes.asLongBuffer().position(7).limit(9));
  }

  @ParameterizedTest
  @MethodSource("views")
  void allOfABufferIsMarked(Function<ByteBuffer, Buffer> view) throws Throwable {
    handOut(view.apply(segment.asByteBuffer()));
    assertThat(cards.drain(all, all)).isEqualTo(all);
  }

  private void handOut(Object memory) throws Throwable {
    MethodHandle anything = MethodHandles.empty(MethodType.methodType(void.class, Object.class));
    links.calls().handedOut(anything).invoke(memory);
  }
}
