package dev.ooh.barrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.barrier.card.CardTable;
import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.memory.PageSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a bulk store that fails midway, as over a truncated file, may have stored is marked. */
class FailedStoreTest {
  private static final int PAGE = PageSet.PAGE_SIZE;

  static ByteBuffer storeHalf(ByteBuffer target, byte[] source) {
    target.put(target.position(), source, 0, source.length / 2);
    throw new InternalError("the file ends here");
  }

  @Test
  void aRelativePutMayHaveStoredUpToTheLimit() throws Exception {
    StoreLinks links = new StoreLinks();
    MethodHandle put =
        links
            .calls()
            .buffer(
                "put",
                MethodHandles.lookup()
                    .findStatic(
                        FailedStoreTest.class,
                        "storeHalf",
                        MethodType.methodType(ByteBuffer.class, ByteBuffer.class, byte[].class)));
    CardTable cards = links.users().open(this, PAGE);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(4 * PAGE, PAGE);
      PageSet all = PageSet.of(segment.address(), segment.address() + 4 * PAGE);
      cards.arm(all);
      ByteBuffer buffer = segment.asByteBuffer().position(PAGE).limit(3 * PAGE);
      assertThatThrownBy(() -> put.invoke(buffer, new byte[2 * PAGE]))
          .isInstanceOf(InternalError.class);
      assertThat(cards.drain(all, all))
          .isEqualTo(PageSet.of(segment.address() + PAGE, segment.address() + 3 * PAGE));
      cards.disarm(all);
    }
    links.users().close(this);
  }
}
