package dev.ooh.conformance.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.Probe;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.OutsideWrites;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What one session does, on one substrate: extend it and name technique and substrate. */
public abstract class SessionContract extends SessionFixture {
  // ---- Probing --------------------------------------------------------------------------------

  @Test
  void probeFindsItUsableAndLeavesNothingBehind() {
    Probe probe = technique().probe(space());
    assertTrue(probe.usable(), probe::reason);
    assertFalse(probe.reason().isEmpty());
    assertEquals(List.of(), space().regions());
  }

  @Test
  void probeTwiceSaysTheSame() {
    assertEquals(technique().probe(space()), technique().probe(space()));
  }

  // ---- Writing and fetching -------------------------------------------------------------------

  @Test
  void reportsWhatWasWrittenPassAfterPass() throws Exception {
    PageSet all = map(64);
    try (TrackingSession session = technique().open(space())) {
      write(all);
      session.fetch(all, all);
      for (int pass = 1; pass <= 5; pass++) {
        PageSet some = everyNth(all, pass);
        write(some);
        assertEquals(some, reported(session, all, all), "pass " + pass);
      }
      assertEquals(PageSet.empty(), reported(session, all, all));
    }
  }

  @Test
  void reportsPagesThatWereArmedBeforeTheyWerePopulated() throws Exception {
    PageSet all = map(16);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      PageSet some = everyNth(all, 3);
      write(some);
      assertEquals(some, reported(session, all, all));
      write(some);
      assertEquals(some, reported(session, all, all));
    }
  }

  @Test
  void reportsAWholePassOverManyPages() throws Exception {
    PageSet all = map(4096);
    try (TrackingSession session = technique().open(space())) {
      write(all);
      session.fetch(all, all);
      for (int pass = 0; pass < 3; pass++) {
        write(all);
        assertEquals(all, reported(session, all, all), "pass " + pass);
      }
    }
  }

  @Test
  void reportsRandomPagesUnderRandomSubranges() throws Exception {
    long seed = new SplittableRandom().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    PageSet all = map(200);
    try (TrackingSession session = technique().open(space())) {
      PageSet armed = PageSet.empty();
      PageSet owed = PageSet.empty();
      for (int step = 0; step < 200; step++) {
        PageSet some = randomRuns(all, random);
        write(some);
        owed = owed.union(some.intersect(armed));
        PageSet scan = randomRuns(all, random);
        PageSet arm = scan.intersect(randomRuns(all, random));
        PageSet pages = reported(session, scan, arm);
        PageSet missing = owed.intersect(scan).minus(pages);
        assertEquals(PageSet.empty(), missing, "step " + step + " of seed " + seed);
        owed = owed.minus(pages).minus(scan);
        armed = armed.minus(pages).union(arm);
      }
    }
  }

  @Test
  void keepsWhatWasWrittenOutsideTheAskedRange() throws Exception {
    PageSet all = map(32);
    long middle = all.runStart(0) + 16 * PAGE;
    PageSet low = PageSet.of(all.runStart(0), middle);
    PageSet high = PageSet.of(middle, all.runEnd(0));
    try (TrackingSession session = technique().open(space())) {
      write(all);
      session.fetch(all, all);
      write(all);
      PageSet first = reported(session, low, low);
      assertTrue(first.containsAll(low));
      assertTrue(first.union(reported(session, high, high)).containsAll(high));
    }
  }

  @Test
  void seesWritesAcrossAPageBoundary() throws Exception {
    PageSet all = map(4);
    long boundary = all.runStart(0) + PAGE;
    try (TrackingSession session = technique().open(space())) {
      write(all);
      session.fetch(all, all);
      inside(() -> space().memory().putLong(boundary - 3, -1));
      PageSet both = PageSet.of(all.runStart(0), boundary + PAGE);
      assertEquals(both, reported(session, all, all));
    }
  }

  @Test
  void readingIsNotWriting() throws Exception {
    PageSet all = map(8);
    try (TrackingSession session = technique().open(space())) {
      write(all);
      session.fetch(all, all);
      inside(() -> all.forEachPage(page -> space().memory().getLong(page + 8)));
      assertEquals(PageSet.empty(), reported(session, all, all));
    }
  }

  @Test
  void loadThenStoreIsSeen() throws Exception {
    PageSet all = map(8);
    try (TrackingSession session = technique().open(space())) {
      write(all);
      session.fetch(all, all);
      // The load caches a translation; the store must not slip through it.
      inside(
          () ->
              all.forEachPage(
                  page -> space().memory().putLong(page, space().memory().getLong(page) + 1)));
      assertEquals(all, reported(session, all, all));
    }
  }

  @Test
  void seesWritesOfSeveralThreads() throws Exception {
    PageSet all = map(64);
    try (TrackingSession session = technique().open(space())) {
      write(all);
      session.fetch(all, all);
      List<TrackedThread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        long first = all.runStart(0) + i * 16 * PAGE;
        threads.add(
            space()
                .execution()
                .spawn(
                    "writer-" + i,
                    () -> {
                      for (int page = 0; page < 16; page++) {
                        space().memory().putLong(first + page * PAGE, page);
                        space().execution().poll();
                      }
                    }));
      }
      for (TrackedThread thread : threads) {
        thread.join();
      }
      assertEquals(all, reported(session, all, all));
    }
  }

  // ---- Mappings -------------------------------------------------------------------------------

  @Test
  void forgetsUnmappedPagesAndTracksWhatIsMappedThereNext() throws Exception {
    Region region = space().map(RegionRequest.anonymous("first", 16 * PAGE));
    PageSet all = region.pages();
    try (TrackingSession session = technique().open(space())) {
      write(all);
      session.fetch(all, all);
      write(all);
      space().unmap(region);
      session.unmapped(all);
      space().map(RegionRequest.anonymous("second", 16 * PAGE).at(region.start()));
      write(everyNth(all, 2));
      // Nothing is armed there, so the core counts all of it as changed, whatever is said here.
      session.fetch(all, all);
      write(everyNth(all, 5));
      assertEquals(everyNth(all, 5), reported(session, all, all));
    }
  }

  @Test
  void growsWithTheMappings() throws Exception {
    try (TrackingSession session = technique().open(space())) {
      PageSet all = PageSet.empty();
      for (int i = 1; i <= 5; i++) {
        PageSet more = map(300 * i);
        all = all.union(more);
        write(more);
        session.fetch(all, all);
        write(all);
        assertEquals(all, reported(session, all, all), i + " mappings");
      }
    }
  }

  @Test
  void tracksADiscardedPageOn() throws Exception {
    PageSet all = map(8);
    try (TrackingSession session = technique().open(space())) {
      write(all);
      session.fetch(all, all);
      space().discard(all);
      session.fetch(all, all);
      write(all);
      assertTrue(reported(session, all, all).containsAll(all));
    }
  }

  @Test
  void parentIsTrackedOnAfterAFork() throws Exception {
    Optional<Fork> fork = space().facility(Fork.class);
    assumeTrue(fork.isPresent(), "no fork here");
    PageSet all = map(32);
    try (TrackingSession session = technique().open(space())) {
      write(all);
      session.fetch(all, all);
      PageSet before = everyNth(all, 3);
      write(before);
      try (AddressSpace child = fork.get().fork("child")) {
        PageSet after = everyNth(all, 2);
        write(after);
        writeTo(child, all);
        PageSet pages = reported(session, all, all);
        assertTrue(pages.containsAll(before.union(after)), pages::toString);
        write(all);
        writeTo(child, all);
        assertTrue(reported(session, all, all).containsAll(all));
      }
      write(before);
      assertTrue(reported(session, all, all).containsAll(before));
    }
  }

  @Test
  void writesOfTheKernelAreToldByTheSubstrateOrTheTechnique() throws Exception {
    Optional<OutsideWrites> outside = space().facility(OutsideWrites.class);
    assumeTrue(outside.isPresent(), "no outside writes here");
    assumeTrue(technique().descriptor().seesOutsideWrites(), "the technique doesn't see them");
    PageSet all = map(8);
    PageSet.Builder told = PageSet.builder();
    space()
        .addListener(
            new AddressSpace.Listener() {
              @Override
              public void changed(AddressSpace changedSpace, PageSet pages) {
                told.addAll(pages);
              }
            });
    try (TrackingSession session = technique().open(space())) {
      write(all);
      session.fetch(all, all);
      outside.get().write(all.runStart(0) + 3 * PAGE - 4, new byte[8], 0, 8);
      PageSet pages = reported(session, all, all).union(told.build());
      assertTrue(pages.contains(all.runStart(0) + 2 * PAGE));
      assertTrue(pages.contains(all.runStart(0) + 3 * PAGE));
    }
  }

  // ---- Life -----------------------------------------------------------------------------------

  @Test
  void opensAgainAfterItWasClosed() throws Exception {
    PageSet all = map(600);
    write(all);
    for (int life = 0; life < 3; life++) {
      try (TrackingSession session = technique().open(space())) {
        session.fetch(all, all);
        PageSet some = everyNth(all, 7);
        write(some);
        assertEquals(some, reported(session, all, all), "life " + life);
        write(all);
      }
    }
  }

  @Test
  void closingTwiceDoesNothingAndALateFetchIsRefused() throws Exception {
    PageSet all = map(4);
    TrackingSession session = technique().open(space());
    session.fetch(all, all);
    session.close();
    session.close();
    assertThrows(TrackingException.class, () -> session.fetch(all, all));
  }

  @Test
  void severalSpacesDoNotMeet() throws Exception {
    PageSet mine = map(16);
    try (AddressSpace other = substrate().open(SpaceOptions.named("other"));
        TrackingSession session = technique().open(space());
        TrackingSession otherSession = technique().open(other)) {
      PageSet others = other.map(RegionRequest.anonymous("others", 16 * PAGE)).pages();
      session.fetch(mine, mine);
      otherSession.fetch(others, others);
      write(everyNth(mine, 2));
      writeTo(other, everyNth(others, 3));
      assertEquals(everyNth(mine, 2), reported(session, mine, mine));
      assertEquals(everyNth(others, 3), reported(otherSession, others, others));
    }
  }

  @Test
  void statisticsOnlyGrow() throws Exception {
    PageSet all = map(4);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      var before = session.statistics();
      write(all);
      session.fetch(all, all);
      assertEquals(1, session.statistics().minus(before).get("session.fetches"));
      assertEquals(4, session.statistics().minus(before).get("session.pages"));
    }
  }

  private static PageSet randomRuns(PageSet all, SplittableRandom random) {
    int count = (int) all.pageCount();
    PageSet.Builder builder = PageSet.builder();
    for (int run = random.nextInt(6); run > 0; run--) {
      int first = random.nextInt(count);
      int last = first + random.nextInt(Math.min(20, count - first));
      builder.add(all.runStart(0) + first * PAGE, all.runStart(0) + (last + 1) * PAGE);
    }
    return builder.build();
  }
}
