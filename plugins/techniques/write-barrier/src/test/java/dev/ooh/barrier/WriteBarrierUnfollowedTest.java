package dev.ooh.barrier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.TrackingSession;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What no barrier can follow never goes unsaid. */
class WriteBarrierUnfollowedTest {
  private static final String LATE = "app.Late refers to MemorySegment.set as a method reference";

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
}
