package dev.ooh.conformance.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import org.junit.jupiter.api.Test;

/**
 * The traps of a technique that gathers in a ring buffer: it may overflow. The setting {@code
 * ring-entries} gives the ring a size, and {@code ring.dropped} counts what found no room.
 */
public abstract class RingTrapsContract extends TrapsContract {
  @Test
  void overflowIsLoudAndRecovers() throws Exception {
    reopen("ring-entries", "300");
    PageSet all = map(2000);
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      write(all);
      Gathered gathered = session.fetch(all, all);
      assertTrue(gathered.lost().isPresent(), "2000 pages in a ring of 300");
      assertTrue(session.statistics().get("ring.dropped") > 0, "ring.dropped");
      // Everything is armed again, what was lost included.
      PageSet some = PageSet.of(all.runEnd(0) - 300 * PAGE, all.runEnd(0));
      write(some);
      assertEquals(some, reported(session, all, all));
    }
  }

  @Test
  void overflowRearmsOutsideTheAskedRange() throws Exception {
    reopen("ring-entries", "20");
    PageSet all = map(100);
    PageSet asked = PageSet.of(all.runStart(0), all.runStart(0) + 10 * PAGE);
    PageSet outside = all.minus(asked);
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      write(all);
      assertTrue(session.fetch(asked, asked).lost().isPresent(), "100 pages in a ring of 20");
      PageSet some = PageSet.of(all.runEnd(0) - 5 * PAGE, all.runEnd(0));
      write(some);
      assertEquals(some, reported(session, outside, outside));
    }
  }

  @Test
  void aBadRingSizeIsNamed() {
    reopen("ring-entries", "many");
    TrackingException refused =
        assertThrows(TrackingException.class, () -> technique().open(space()).close());
    String message = String.valueOf(refused.getMessage());
    assertTrue(
        message.startsWith("setting ring-entries is 'many', wanted a whole number from 0 to "),
        message);
  }
}
