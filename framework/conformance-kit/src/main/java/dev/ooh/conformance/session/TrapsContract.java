package dev.ooh.conformance.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.tracking.TrackingException;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.Fork;
import dev.ooh.tracking.facility.LiveMigration;
import dev.ooh.tracking.facility.LiveMigration.Migration;
import dev.ooh.tracking.facility.OutsideWrites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Situations in which a naive implementation loses a page, or takes one from somebody else. What a
 * substrate doesn't offer (forks, migration, mappings of one file that know of each other) is
 * skipped there.
 */
public abstract class TrapsContract extends SessionFixture {
  /**
   * Whether a write through one mapping of a page is reported at the page's other mappings, too: as
   * long as the substrate knows of them all.
   */
  protected boolean seesAliases() {
    return !substrate().name().equals("linux");
  }

  /** Whether a process has room for one tracker of this technique. */
  protected boolean refusesASecondTracker() {
    return true;
  }

  // ---- Processes ------------------------------------------------------------------------------

  @Test
  void switchesOfProcessesLoseNothing() throws Exception {
    Fork fork = fork();
    PageSet all = map(64);
    write(all);
    try (TrackingSession session = technique().open(space());
        AddressSpace child = fork.fork("child")) {
      write(all);
      writeTo(child, all);
      session.fetch(all, all);
      for (int step = 1; step <= 10; step++) {
        PageSet before = everyNth(all, step + 1);
        PageSet after = everyNth(all, step + 2, 1);
        write(before);
        writeTo(child, all);
        write(after);
        writeTo(child, all);
        assertEquals(before.union(after), reported(session, all, all), "step " + step);
      }
    }
  }

  @Test
  void processesOfOneMachineAreTrackedSideBySide() throws Exception {
    Fork fork = fork();
    PageSet all = map(64);
    write(all);
    try (TrackingSession session = technique().open(space());
        AddressSpace child = fork.fork("child")) {
      write(all);
      writeTo(child, all);
      session.fetch(all, all);
      try (TrackingSession ofChild = technique().open(child)) {
        ofChild.fetch(all, all);
        for (int step = 1; step <= 5; step++) {
          write(everyNth(all, step + 1));
          writeTo(child, everyNth(all, step + 2, 1));
          assertEquals(everyNth(all, step + 1), reported(session, all, all), "step " + step);
          assertEquals(everyNth(all, step + 2, 1), reported(ofChild, all, all), "step " + step);
        }
      }
      // What they share stays while one of them is tracked.
      writeTo(child, all);
      write(everyNth(all, 3));
      assertEquals(everyNth(all, 3), reported(session, all, all));
    }
  }

  @Test
  void aSecondTrackerIsRefused() throws Exception {
    assumeTrue(refusesASecondTracker(), "several trackers share it");
    PageSet all = map(4);
    try (TrackingSession first = technique().open(space())) {
      first.fetch(all, all);
      assertThrows(
          TrackingException.class,
          () -> {
            try (TrackingSession second = technique().open(space())) {
              second.fetch(all, all);
            }
          });
      write(all);
      assertEquals(all, reported(first, all, all));
    }
  }

  // ---- Huge pages -----------------------------------------------------------------------------

  @Test
  void storesBeforeAndAfterAHugePageIsSplitAreReported() throws Exception {
    PageSet all = mapHuge(3 * 512 + 10);
    write(all);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      for (int step = 0; step < 6; step++) {
        PageSet before = everyNth(all, 100, step);
        PageSet taken = everyNth(all, 700, step + 20);
        PageSet after = everyNth(all, 90, step + 30);
        write(before);
        space().discard(taken);
        write(after);
        PageSet reported = reported(session, all, all);
        PageSet missing = before.union(after).minus(taken).minus(reported);
        assertTrue(missing.isEmpty(), "step " + step + " misses " + missing);
      }
    }
  }

  // ---- One page at several addresses ----------------------------------------------------------

  @Test
  void everyAddressOfAnAliasIsReported(@TempDir Path folder) throws Exception {
    Path file = file(folder);
    PageSet one = map(file, 8);
    PageSet other = map(file, 8);
    PageSet both = one.union(other);
    write(one);
    write(other);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(both, both);
      for (int pass = 0; pass < 3; pass++) {
        write(everyNth(one, 2));
        assertHolds(session, both, everyNth(one, 2).union(everyNth(other, 2)));
      }
    }
  }

  /**
   * With one address armed, the writes go through the other. The second pass is the trap: what was
   * marked written there must be armed again, though nobody asked for that address.
   */
  @Test
  void anArmedPageIsSeenWrittenByItsUnarmedAlias(@TempDir Path folder) throws Exception {
    Path file = file(folder);
    PageSet one = map(file, 8);
    PageSet other = map(file, 8);
    write(one);
    write(other);
    try (TrackingSession session = technique().open(space())) {
      session.fetch(one, one);
      for (int pass = 0; pass < 3; pass++) {
        write(everyNth(other, 2));
        assertHolds(session, one, everyNth(one, 2));
      }
    }
  }

  @Test
  void sharedMemoryWrittenByAnotherProcessIsReported(@TempDir Path folder) throws Exception {
    Fork fork = fork();
    PageSet all = map(file(folder), 8);
    write(all);
    try (TrackingSession session = technique().open(space());
        AddressSpace child = fork.fork("child")) {
      writeTo(child, all);
      session.fetch(all, all);
      for (int pass = 0; pass < 3; pass++) {
        writeTo(child, everyNth(all, 3));
        assertHolds(session, all, everyNth(all, 3));
      }
    }
  }

  /** The tracked process does nothing from before the session on: it is on no processor. */
  @Test
  void sharedMemoryWrittenWhileTheTrackedProcessNeverRunsIsReported(@TempDir Path folder)
      throws Exception {
    Fork fork = fork();
    PageSet all = map(file(folder), 8);
    write(all);
    try (AddressSpace child = fork.fork("child")) {
      writeTo(child, all);
      try (TrackingSession session = technique().open(space())) {
        session.fetch(all, all);
        for (int pass = 0; pass < 3; pass++) {
          writeTo(child, everyNth(all, 3));
          assertHolds(session, all, everyNth(all, 3));
        }
      }
    }
  }

  // ---- Mappings that are gone before the fetch ------------------------------------------------

  @Test
  void aStoreThroughAnAliasThatIsUnmappedIsReported(@TempDir Path folder) throws Exception {
    aWriteThroughAnAliasThatIsUnmappedIsReported(folder, this::write);
  }

  @Test
  void anOutsideWriteToAnAliasThatIsUnmappedIsReported(@TempDir Path folder) throws Exception {
    Optional<OutsideWrites> outside = space().facility(OutsideWrites.class);
    assumeTrue(outside.isPresent(), "no outside writes here");
    aWriteThroughAnAliasThatIsUnmappedIsReported(
        folder,
        pages -> {
          for (int run = 0; run < pages.runCount(); run++) {
            outside.get().write(pages.runStart(run), new byte[] {7}, 0, 1);
          }
        });
  }

  @Test
  void aDiscardOfAnAliasThatIsUnmappedIsReported(@TempDir Path folder) throws Exception {
    aWriteThroughAnAliasThatIsUnmappedIsReported(folder, space()::discard);
  }

  private void aWriteThroughAnAliasThatIsUnmappedIsReported(Path folder, Writer writer)
      throws Exception {
    Path file = file(folder);
    PageSet one = map(file, 8);
    write(everyNth(one, 2));
    try (TrackingSession session = technique().open(space())) {
      session.fetch(one, one);
      for (int pass = 0; pass < 3; pass++) {
        PageSet other = map(file, 8);
        // Armed with both mappings there.
        session.fetch(one, one);
        // Every third page: some that have a frame, some that get it now.
        writer.write(everyNth(other, 3));
        unmap(other);
        assertHolds(session, one, everyNth(one, 3));
      }
    }
  }

  @Test
  void sharedMemoryWrittenByAnotherProcessThatEndedIsReported(@TempDir Path folder)
      throws Exception {
    Fork fork = fork();
    PageSet all = map(file(folder), 8);
    write(everyNth(all, 2));
    try (TrackingSession session = technique().open(space())) {
      session.fetch(all, all);
      for (int pass = 0; pass < 3; pass++) {
        try (AddressSpace child = fork.fork("child")) {
          writeTo(child, everyNth(all, 2));
          session.fetch(all, all);
          writeTo(child, everyNth(all, 3));
        }
        assertHolds(session, all, everyNth(all, 3));
      }
    }
  }

  /** Stores to pages, by whatever way. */
  @FunctionalInterface
  private interface Writer {
    void write(PageSet pages) throws Exception;
  }

  // ---- Others that use the same hardware ------------------------------------------------------

  @Test
  void liveMigrationAtTheSameTimeTakesNothingAway() throws Exception {
    Optional<LiveMigration> facility = space().facility(LiveMigration.class);
    assumeTrue(facility.isPresent(), "no live migration here");
    PageSet all = map(700);
    write(all);
    try (TrackingSession session = technique().open(space());
        Migration migration = facility.get().start()) {
      session.fetch(all, all);
      migration.round();
      for (int step = 1; step <= 5; step++) {
        PageSet first = everyNth(all, step);
        PageSet second = everyNth(all, step + 3, 1);
        write(first);
        assertEquals(PageSet.empty(), first.minus(migration.round()), "not sent");
        write(second);
        assertEquals(first.union(second), reported(session, all, all), "step " + step);
        assertEquals(PageSet.empty(), second.minus(migration.round()), "not sent");
      }
      migration.finish();
    }
  }

  /**
   * The flag that told of an unlogged write is cleared by the migration, for its own first round.
   */
  @Test
  void aMigrationThatStartsLateTakesNothingAway(@TempDir Path folder) throws Exception {
    Optional<LiveMigration> facility = space().facility(LiveMigration.class);
    assumeTrue(facility.isPresent(), "no live migration here");
    Fork fork = fork();
    PageSet all = map(file(folder), 8);
    write(all);
    try (TrackingSession session = technique().open(space());
        AddressSpace child = fork.fork("child")) {
      writeTo(child, all);
      session.fetch(all, all);
      writeTo(child, everyNth(all, 3));
      try (Migration migration = facility.get().start()) {
        migration.round();
        assertHolds(session, all, everyNth(all, 3));
        migration.finish();
      }
    }
  }

  // ---- The end --------------------------------------------------------------------------------

  @Test
  void aClosedSpaceIsNotTakenForAQuietOne() throws Exception {
    PageSet all = map(4);
    TrackingSession session = technique().open(space());
    session.fetch(all, all);
    space().close();
    assertThrows(Exception.class, () -> session.fetch(all, all));
    session.close();
  }

  private Fork fork() {
    Optional<Fork> fork = space().facility(Fork.class);
    assumeTrue(fork.isPresent(), "no fork here");
    return fork.get();
  }

  /** A file of 8 pages, where mappings of one file know of each other. */
  private Path file(Path folder) throws IOException {
    assumeTrue(seesAliases(), "a mapping knows nothing of the others here");
    return Files.write(folder.resolve("shared"), new byte[(int) (8 * PAGE)]);
  }

  private void unmap(PageSet pages) {
    space()
        .unmap(
            space().regions().stream()
                .filter(region -> region.pages().equals(pages))
                .findFirst()
                .orElseThrow());
  }

  private static void assertHolds(TrackingSession session, PageSet scan, PageSet wanted)
      throws TrackingException {
    assertEquals(PageSet.empty(), wanted.minus(reported(session, scan, scan)), "missing");
  }
}
