package dev.ooh.conformance.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.OutsideWrites;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
      assertFalse(gathered.lost().isEmpty(), "2000 pages in a ring of 300");
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
      assertFalse(session.fetch(asked, asked).lost().isEmpty(), "100 pages in a ring of 20");
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

  // ---- A page is in the ring once, however often it is reported -------------------------------

  @Test
  void aPageThatIsWrittenFromOutsideThousandsOfTimesTakesNoMoreRoomForIt() throws Exception {
    OutsideWrites outside = outside();
    PageSet all = map(4);
    write(all);
    byte[] word = new byte[8];
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      long before = session.statistics().get("ring.entries");
      for (int i = 1; i <= 5000; i++) {
        word[0] = (byte) i;
        outside.write(all.runStart(0), word, 0, word.length);
      }
      assertEquals(everyNth(all, 4), reported(session, all, all));
      long entries = session.statistics().get("ring.entries") - before;
      // The kernel reports the page once, and the processor logs it once.
      assertTrue(entries <= 2, entries + " entries for one page");
    }
  }

  @Test
  void pagesThatTheProgramAndOthersWriteFindRoom() throws Exception {
    OutsideWrites outside = outside();
    PageSet all = map(2000);
    write(all);
    byte[] page = new byte[(int) (2000 * PAGE)];
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      write(all);
      outside.write(all.runStart(0), page, 0, page.length);
      assertEquals(all, reported(session, all, all));
    }
  }

  @Test
  void pagesThatAreSharedTakeOneEntryEachInEveryInterval(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("shared"), new byte[(int) (2000 * PAGE)]);
    PageSet all = map(file, 2000);
    PageSet other = map(file, 2000);
    write(all);
    write(other);
    try (TrackingSession session = technique().open(space());
        AddressSpace child = space().facility(Fork.class).orElseThrow().fork("child")) {
      writeTo(child, all);
      session.fetch(all, all);
      for (int pass = 0; pass < 3; pass++) {
        write(all);
        long before = session.statistics().get("ring.entries");
        assertEquals(all, reported(session, all, all), "pass " + pass);
        assertEquals(2000, session.statistics().get("ring.entries") - before, "pass " + pass);
      }
    }
  }

  @Test
  void aPageOfManyAddressesTakesOneEntryForEach(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("one"), new byte[(int) PAGE]);
    PageSet all = PageSet.empty();
    for (int i = 0; i < 300; i++) {
      all = all.union(map(file, 1));
    }
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      for (int pass = 0; pass < 3; pass++) {
        long before = session.statistics().get("ring.entries");
        write(all);
        assertEquals(all, reported(session, all, all), "pass " + pass);
        long entries = session.statistics().get("ring.entries") - before;
        assertTrue(entries <= all.pageCount(), entries + " entries for 300 addresses");
      }
    }
  }

  @Test
  void pagesThatAreForgottenLeaveTheirRoom() throws Exception {
    try (TrackingSession session = technique().open(space())) {
      for (int pass = 0; pass < 5; pass++) {
        Region region = space().map(RegionRequest.anonymous("passing", 2000 * PAGE));
        PageSet all = region.pages();
        write(all);
        session.fetch(all, all);
        write(all);
        assertEquals(all, reported(session, all, all), "pass " + pass);
        space().unmap(region);
        session.unmapped(all);
      }
    }
  }

  private OutsideWrites outside() {
    return space().facility(OutsideWrites.class).orElseThrow();
  }
}
