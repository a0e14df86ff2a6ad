package dev.ooh.barrier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.TrackingSession;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What no barrier can follow never goes unsaid. */
class WriteBarrierUnfollowedTest {
  private static final String LATE = "app.Late refers to MemorySegment.set as a method reference";

  private static final VarHandle VIEW =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final StoreLinks links = new StoreLinks();
  private final ClassLoader loader = new ClassLoader() {};

  @Test
  void aClassThatLoadsUnderASessionSpoilsEveryInterval() throws Exception {
    PageSet all = PageSet.of(PageSet.PAGE_SIZE, 3L * PageSet.PAGE_SIZE);
    try (TrackingSession session =
        new WriteBarrierSession(links, 4096, new SafepointFence(), PageSet::empty)) {
      session.fetch(all, all);
      assertThat(session.fetch(all, all).lost()).isEmpty();
      links.classes().wove(loader, "app.Late", true, List.of(LATE));
      for (int fetch = 0; fetch < 3; fetch++) {
        assertThat(session.fetch(all, all).lost()).contains(LATE);
      }
    }
  }

  @Test
  void everySessionHearsOfIt() {
    links.users().open("first", 4096);
    links.classes().wove(loader, "app.Late", true, List.of(LATE));
    links.users().open("second", 4096);
    assertThat(links.users().takeDoubts("first")).containsExactly(LATE);
    assertThat(links.users().takeDoubts("second")).containsExactly(LATE);
    links.users().close("first");
    links.users().close("second");
    assertThat(links.users().takeDoubts("first")).isEmpty();
  }

  /** An adapter changes what its coordinates and its value are. */
  @Test
  void anAdaptedViewOfABufferIsUnfollowed() throws Throwable {
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    MethodHandle filter =
        lookup.findStatic(
            MethodHandles.class,
            "filterValue",
            MethodType.methodType(
                VarHandle.class, VarHandle.class, MethodHandle.class, MethodHandle.class));
    MethodHandle toByte =
        MethodHandles.explicitCastArguments(
            MethodHandles.identity(byte.class), MethodType.methodType(byte.class, long.class));
    MethodHandle toLong =
        MethodHandles.identity(long.class).asType(MethodType.methodType(long.class, byte.class));
    VarHandle filtered =
        (VarHandle)
            links.calls().maker(getClass(), "filterValue", filter).invoke(VIEW, toLong, toByte);
    assertThat(filtered.varType()).isEqualTo(byte.class);
    assertThat(links.classes().unfollowed())
        .singleElement()
        .asString()
        .contains("filterValue of a handle over memory");
  }

  @Test
  void aStoreThroughAnAdaptedViewOfABufferIsMadeAndDoubted() throws Throwable {
    links.users().open(this, 4096);
    MethodHandle set =
        links
            .calls()
            .variable(
                getClass(),
                "set",
                MethodType.methodType(void.class, VarHandle.class, ByteBuffer.class, long.class));
    ByteBuffer direct = ByteBuffer.allocateDirect(Long.BYTES);
    set.invoke(MethodHandles.insertCoordinates(VIEW, 1, 0), direct, 1L);
    assertThat(direct.getLong(0)).isEqualTo(1);
    assertThat(links.users().takeDoubts(this))
        .singleElement()
        .asString()
        .contains(getClass().getName());
    links.users().close(this);
  }
}
