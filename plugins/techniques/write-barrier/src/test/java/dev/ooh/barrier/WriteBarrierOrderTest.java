package dev.ooh.barrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.barrier.card.CardTable;
import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.ProcessFence;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What must come before what, with the other thread's move forced into the gap. */
class WriteBarrierOrderTest {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
  private static final int BYTES = 8192;

  /** A fetch that comes when the call was made and nothing is stored yet. */
  private static void fetch(CardTable cards, MemorySegment segment) {
    PageSet all = PageSet.of(segment.address(), segment.address() + BYTES);
    cards.drain(all, all);
  }

  static void set(
      CardTable cards, MemorySegment segment, ValueLayout.OfLong layout, long offset, long value) {
    fetch(cards, segment);
    segment.set(layout, offset, value);
  }

  static MemorySegment fill(CardTable cards, MemorySegment segment, byte value) {
    fetch(cards, segment);
    return segment.fill(value);
  }

  static ByteBuffer putLong(CardTable cards, ByteBuffer buffer, int index, long value) {
    fetch(cards, MemorySegment.ofBuffer(buffer));
    return buffer.putLong(index, value);
  }

  @Test
  void aStoreIsMarkedAfterItWasMade() throws Throwable {
    StoreLinks links = new StoreLinks();
    CardTable cards = links.users().open(this, 4096);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(BYTES, 4096);
      PageSet all = PageSet.of(segment.address(), segment.address() + BYTES);
      PageSet second = PageSet.of(segment.address() + 4096, segment.address() + BYTES);
      cards.arm(all);

      links
          .calls()
          .segment("set", original(cards, "set"))
          .invoke(segment, ValueLayout.JAVA_LONG, 4096L, 1L);
      assertThat(cards.drain(all, all)).isEqualTo(second);

      MethodHandle fill = links.calls().segment("fill", original(cards, "fill"));
      MemorySegment filled = (MemorySegment) fill.invoke(segment, (byte) 1);
      assertThat(filled.byteSize()).isEqualTo(BYTES);
      assertThat(cards.drain(all, all)).isEqualTo(all);

      MethodHandle put = links.calls().buffer("putLong", original(cards, "putLong"));
      ByteBuffer buffer = (ByteBuffer) put.invoke(segment.asByteBuffer(), 4096, 1L);
      assertThat(buffer.capacity()).isEqualTo(BYTES);
      assertThat(cards.drain(all, all)).isEqualTo(second);
    } finally {
      links.users().close(this);
    }
  }

  private static MethodHandle original(CardTable cards, String name)
      throws ReflectiveOperationException {
    MethodType type =
        switch (name) {
          case "set" ->
              MethodType.methodType(
                  void.class,
                  MemorySegment.class,
                  ValueLayout.OfLong.class,
                  long.class,
                  long.class);
          case "fill" ->
              MethodType.methodType(MemorySegment.class, MemorySegment.class, byte.class);
          default ->
              MethodType.methodType(ByteBuffer.class, ByteBuffer.class, int.class, long.class);
        };
    return LOOKUP
        .findStatic(
            WriteBarrierOrderTest.class, name, type.insertParameterTypes(0, CardTable.class))
        .bindTo(cards);
  }

  /** A store behind the fence may be missed by who copies now: it must find its card clean. */
  @Test
  void cardsAreCleanWhenTheFenceIsCalled() throws Exception {
    assumeTrue(new LinuxSubstrate().refusal().isEmpty());
    try (AddressSpace space = WeavingLoader.linux().open(SpaceOptions.named("order"))) {
      PageSet all = space.map(RegionRequest.anonymous("region", 4096)).pages();
      AtomicLong fences = new AtomicLong();
      ProcessFence fence =
          () -> {
            fences.incrementAndGet();
            space.memory().putLong(all.runStart(0), 1);
          };
      try (TrackingSession session =
          new WriteBarrierSession(StoreLinks.shared(), 4096, fence, PageSet::empty)) {
        session.fetch(all, all);
        assertThat(fences).hasValue(1);
        assertThat(session.fetch(all, all).pages()).as("stored when armed").isEqualTo(all);
        assertThat(fences).hasValue(2);
        assertThat(session.fetch(all, all).pages()).as("stored when armed anew").isEqualTo(all);
      }
    }
  }
}
