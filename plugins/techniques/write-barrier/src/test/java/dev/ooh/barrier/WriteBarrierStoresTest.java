package dev.ooh.barrier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.barrier.card.CardTable;
import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.memory.PageSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kind of store marks the card that it stores to, and no other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WriteBarrierStoresTest {
  private static final int CARD = 64;
  private static final long BYTES = 16384;
  private static final Map<String, BiConsumer<MemorySegment, MemorySegment>> STORES = stores();

  private final Object user = new Object();
  private CardTable cards;

  @SuppressWarnings("unchecked")
  private static Map<String, BiConsumer<MemorySegment, MemorySegment>> stores() {
    String name = Stores.class.getName();
    try {
      return (Map<String, BiConsumer<MemorySegment, MemorySegment>>)
          new WeavingLoader(List.of(name), List.of(name))
              .loadClass(name)
              .getMethod("all")
              .invoke(null);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  static Stream<String> names() {
    return STORES.keySet().stream();
  }

  @BeforeAll
  void open() {
    cards = StoreLinks.shared().users().open(user, CARD);
  }

  @AfterAll
  void close() {
    StoreLinks.shared().users().close(user);
  }

  @ParameterizedTest
  @MethodSource("names")
  void marksItsCardAlone(String name) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(BYTES, 4096);
      MemorySegment other = arena.allocate(BYTES, 4096);
      PageSet all = PageSet.of(segment.address(), segment.address() + BYTES);
      long expected = segment.address() + 8192;
      // Twice, since a call may link itself at its first execution.
      for (int pass = 0; pass < 2; pass++) {
        segment.fill((byte) 0);
        cards.arm(all);
        STORES.get(name).accept(segment, other);
        assertThat(cards.drain(all, all)).isEqualTo(PageSet.of(expected, expected + CARD));
      }
      cards.disarm(all);
      assertThat(StoreLinks.shared().users().takeDoubts(user)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void storesToTheHeapAsBefore(String name) {
    if (!name.equals("set address")) {
      STORES.get(name).accept(heap(name), heap(name));
      assertThat(StoreLinks.shared().users().takeDoubts(user)).isEmpty();
    }
  }

  private static MemorySegment heap(String name) {
    return name.contains("buffer")
        ? MemorySegment.ofArray(new byte[(int) BYTES])
        : MemorySegment.ofArray(new long[(int) BYTES / Long.BYTES]);
  }
}
